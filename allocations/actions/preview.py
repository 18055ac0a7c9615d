"""What an approval would change in Slurm, computed by the bridges' own planner."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from allocations.actions.decisions import AwardLine, grant, lock_for_decision
from allocations.actions.offers import take_up
from allocations.desired_state import desired_states
from allocations.models import Membership, Project, Site, SiteStatus
from allocations.site_overview import observed_state
from slurm_bridge.changes import Change
from slurm_bridge.plan import plan
from slurm_bridge.wire import Conflict, DesiredState


@dataclass(frozen=True)
class SitePreview:
    """What would change at one site; `changes` is None where it has not reported its state yet."""

    site: Site
    status: SiteStatus | None
    changes: tuple[Change, ...] | None
    conflicts: tuple[Conflict, ...] = ()


def preview_approval(
    *, application_id: int, awards: Mapping[Site, AwardLine], actor: User
) -> list[SitePreview]:
    """For each site, exactly what the accepted award would change; nothing is stored.

    The approval is carried out, accepted and rolled back, so that names, numbers and budgets are
    the real ones; no mail is written, and reviews that are missing do not matter here. Read and
    planned are only this project and the others of its people, so that the cost does not grow with
    the site. Raises what `award` would raise.
    """
    with transaction.atomic():
        application = lock_for_decision(application_id, "preview", actor)
        project = grant(application, awards, "preview", actor)
        take_up(project)
        others = _other_projects(project)
        before = desired_states(awards, projects=others)
        after = desired_states(awards, projects=[*others, project.pk])
        transaction.set_rollback(True)
    return [_preview(site, before[site], after[site]) for site in awards]


def _other_projects(project: Project) -> list[int]:
    """What its people wait for there already is no change of this award's."""
    people = project.memberships.filter(left_at=None).values("user")
    theirs = Membership.objects.filter(user__in=people, left_at=None).exclude(project=project)
    return list(theirs.order_by("project").values_list("project", flat=True).distinct())


def _preview(site: Site, before: DesiredState, after: DesiredState) -> SitePreview:
    status: SiteStatus | None = getattr(site, "status", None)
    actual = observed_state(status, _names(after))
    if actual is None:
        return SitePreview(site=site, status=status, changes=None)
    waiting, whole = plan(before, actual), plan(after, actual)
    return SitePreview(
        site=site,
        status=status,
        changes=tuple(change for change in whole.changes if change not in waiting.changes),
        conflicts=tuple(item for item in whole.conflicts if item not in waiting.conflicts),
    )


def _names(desired: DesiredState) -> set[str]:
    """Everything that a plan for it looks up in what a site has."""
    return {
        *(user.username for user in desired.users),
        *(group.name for group in desired.groups),
        *(qos.name for qos in desired.qos),
        *(account.name for account in desired.accounts),
    }
