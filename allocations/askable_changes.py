"""Which changes of a project can be asked for now, and at which of its sites."""

from collections.abc import Mapping
from typing import TypeAlias

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from allocations.models import Allocation, AwardChange, Membership, Project, Site
from allocations.rules.award_changes import ChangeKind, kinds_that_fit
from allocations.states import AllocationState, ApplicationState

Askable: TypeAlias = Mapping[ChangeKind, QuerySet[Allocation]]

_WHY_NOT = {
    ChangeKind.TRANSFER: gettext_lazy("There is no other site to which hours could go."),
    ChangeKind.PAUSE: gettext_lazy("The project is paused already: no new jobs are accepted."),
    ChangeKind.RESUMPTION: gettext_lazy(
        "The project is not paused, so there is nothing to resume."
    ),
}


def askable_changes(project: Project) -> Askable:
    """The kinds that could be granted and are not asked for yet, with the sites for each."""
    if _is_closed(project):
        return {}
    waiting = set(
        AwardChange.objects.open()
        .filter(application=project.application_id)
        .values_list("allocation", "kind")
    )
    today, can_move = timezone.localdate(), Site.objects.count() > 1
    found: dict[ChangeKind, list[int]] = {}
    for allocation in _taken_up(project):
        state = allocation.state_on(today)
        fitting = kinds_that_fit(
            is_over=state == AllocationState.EXPIRED,
            is_paused=state == AllocationState.SUSPENDED,
            can_move=can_move,
        )
        for kind in fitting:
            if (allocation.pk, kind) not in waiting:
                found.setdefault(kind, []).append(allocation.pk)
    return {
        kind: _taken_up(project).filter(pk__in=found[kind]).select_related("site")
        for kind in ChangeKind
        if kind in found
    }


def possible_leaders(project: Project) -> QuerySet[User]:
    """The members who could lead instead; none while nothing of the project can be changed."""
    if _leader_is_asked_for(project) or not Allocation.objects.taken_up().filter(project=project):
        return User.objects.none()
    members = project.memberships.filter(left_at=None, role=Membership.Role.MEMBER)
    return User.objects.filter(pk__in=members.values("user"), is_active=True)


def why_nobody_else_leads(project: Project) -> str:
    """What keeps another leader from being asked for, in one sentence."""
    if _leader_is_asked_for(project):
        return _("This was asked for already, and waits for staff.")
    return _("Only a member of the project can lead it: invite somebody first.")


def _leader_is_asked_for(project: Project) -> bool:
    asked = AwardChange.objects.open().filter(application=project.application_id)
    return asked.filter(kind=ChangeKind.LEADER).exists()


def why_not_askable(project: Project, kind: ChangeKind) -> str:
    """What keeps a kind that is not askable from being asked for, in one sentence."""
    if AwardChange.objects.open().filter(application=project.application_id, kind=kind).exists():
        return _("This was asked for already, and waits for staff.")
    if _is_closed(project):
        return _("This project is closed: its final report was accepted.")
    allocations = list(_taken_up(project))
    if not allocations:
        return _("No site has set this project up, so nothing of it can be changed.")
    if kind != ChangeKind.EXTENSION and all(
        allocation.state == AllocationState.EXPIRED for allocation in allocations
    ):
        return _("The last day has passed: ask for an extension with hours.")
    return str(_WHY_NOT[kind])


def _is_closed(project: Project) -> bool:
    return project.application.state == ApplicationState.CLOSED


def _taken_up(project: Project) -> QuerySet[Allocation]:
    return Allocation.objects.taken_up().filter(project=project, adopted_at=None)
