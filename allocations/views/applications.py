"""The applicant's own pages: the list of applications, and one application."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import application_for, permissions_on_application
from allocations.actions.award_changes import last_day_to_appeal
from allocations.forms.invitations import InvitationForm
from allocations.missing import what_is_missing
from allocations.models import (
    Application,
    Award,
    AwardChange,
    Decision,
    Invitation,
    RequestedHours,
    Transition,
)
from allocations.shown_answers import shown_sections
from allocations.states import OFFERED_STATES, ApplicationState
from allocations.views.timeline import timeline

PER_PAGE = 20


@login_required
@require_safe
def my_applications(request: SignedInRequest) -> HttpResponse:
    """Everything that this person wrote or is invited to."""
    mine = Application.objects.of(request.user).for_lists().order_by("-created_at")
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "applications/list.html", {"page": page})


@login_required
@require_safe
def application(request: SignedInRequest, reference: str) -> HttpResponse:
    """One application: where it stands, what to do, what it says, who is in the team."""
    shown = application_for(
        request.user, reference, Permission.APPLICATION_VIEW, among=_with_all_parts()
    )
    held = permissions_on_application(request.user, shown)
    may_edit = Permission.APPLICATION_EDIT in held and shown.is_editable
    return render(
        request,
        "applications/application.html",
        {
            "application": shown,
            "steps": timeline(shown),
            "question": _question(shown),
            "missing": what_is_missing(shown) if may_edit else [],
            "may_edit": may_edit,
            "may_submit": may_edit and Permission.APPLICATION_SUBMIT in held,
            "sections": shown_sections(shown),
            "may_invite": Permission.APPLICATION_INVITE in held and not _has_ended(shown),
            "may_withdraw": Permission.APPLICATION_WITHDRAW in held
            and (shown.is_editable or shown.is_undecided),
            "invitation_form": InvitationForm(),
            "project": getattr(shown, "project", None),
            "may_appeal": Permission.APPLICATION_APPEAL in held and _is_appealable(shown),
            "appealed": _open_appeal(shown),
            "offer": shown.decision.offer if shown.state in OFFERED_STATES else None,
        },
    )


def _with_all_parts() -> QuerySet[Application]:
    return Application.objects.select_related(
        "track", "track_version", "organisation", "applicant", "project"
    ).prefetch_related(
        *(
            Prefetch(of, queryset=rows.objects.select_related(to))
            for of, rows, to in (
                ("decision", Decision, "offer"),
                ("transitions", Transition, "actor"),
                ("requested_hours", RequestedHours, "site"),
                ("invitations", Invitation, "accepted_by"),
                ("decision__awards", Award, "site"),
            )
        )
    )


def _question(application: Application) -> str:
    """What staff asked, while it waits for an answer."""
    steps = list(application.transitions.all())
    waiting = steps and application.state == ApplicationState.INFO_REQUESTED
    return steps[-1].reason if waiting else ""


def _is_appealable(application: Application) -> bool:
    """Whether its applicant may appeal today, or has appealed and may take that back."""
    if application.state == ApplicationState.APPEALED:
        return True
    is_rejected = application.state == ApplicationState.REJECTED
    return is_rejected and timezone.localdate() <= last_day_to_appeal(application)


def _open_appeal(application: Application) -> AwardChange | None:
    if application.state != ApplicationState.APPEALED:
        return None
    return application.award_changes.open().first()


def _has_ended(application: Application) -> bool:
    return not application.is_editable and not application.is_undecided
