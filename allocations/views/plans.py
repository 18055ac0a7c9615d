"""What a site wants to change and may not before staff have read it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.actions import plans as actions
from allocations.errors import AllocationsError
from allocations.models import SitePlan
from allocations.site_overview import plan_outline
from slurm_bridge.changes import Change
from slurm_bridge.wire import PlanOutline

CHANGES_A_PAGE = 100


@dataclass(frozen=True)
class PlannedChange:
    """One line of a plan; `jobs` is None where the queue could not be read."""

    number: int
    change: Change
    jobs: int | None


@login_required
@require_safe
def plan(request: SignedInRequest, code: str, plan_id: str) -> HttpResponse:
    """One plan: its changes, what they cost, which jobs they concern, who decided."""
    require(request.user, Permission.SITES_VIEW)
    shown = _plan(code, plan_id)
    outline = plan_outline(shown)
    if outline is None:
        raise Http404
    others = SitePlan.objects.current().filter(site=shown.site).exclude(pk=shown.pk)
    context = {
        "plan": shown,
        "outline": outline,
        "changes": Paginator(planned_changes(outline), CHANGES_A_PAGE).get_page(
            request.GET.get("page")
        ),
        "successor": others.first(),
        "may_decide": shown.is_open and request.user.may(Permission.PLANS_DECIDE),
    }
    return render(request, "staff/plan.html", context)


@login_required
@require_POST
def approve(request: SignedInRequest, code: str, plan_id: str) -> HttpResponse:
    """Let the site carry out exactly this plan."""
    done = _("Approved: the site carries it out within seconds, unless it has moved on.")
    return _decide(request, code, plan_id, actions.approve_plan, str(done))


@login_required
@require_POST
def decline(request: SignedInRequest, code: str, plan_id: str) -> HttpResponse:
    """Keep the site from carrying this plan out."""
    return _decide(request, code, plan_id, actions.decline_plan, str(_("Declined.")))


def planned_changes(outline: PlanOutline) -> list[PlannedChange]:
    """The changes of a plan, numbered, each with its jobs."""
    return [
        PlannedChange(number + 1, change, outline.jobs[number] if outline.jobs else None)
        for number, change in enumerate(outline.changes)
    ]


def _decide(
    request: SignedInRequest,
    code: str,
    plan_id: str,
    act: Callable[..., SitePlan],
    done: str,
) -> HttpResponse:
    require(request.user, Permission.PLANS_DECIDE)
    found = _plan(code, plan_id)
    try:
        act(plan=found, actor=request.user)
    except AllocationsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, done)
    return redirect(found)


def _plan(code: str, plan_id: str) -> SitePlan:
    """The newest of this id: a plan may come back after it was no longer planned."""
    plans = SitePlan.objects.select_related("site", "decided_by")
    found = plans.filter(site__code=code, plan_id=plan_id).first()
    if found is None:
        raise Http404
    return found
