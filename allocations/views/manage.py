"""What changes after the award: budget, end, suspension, and members leaving."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_for
from allocations.actions import allocations as actions
from allocations.actions.adoption import release_account
from allocations.errors import AllocationsError, RefusedError, StateError
from allocations.forms.manage import BudgetForm, EndForm, ReasonForm
from allocations.gpu_efficiency import Efficiency, efficiency_of
from allocations.models import Allocation, Membership
from allocations.site_overview import has_accounting


@dataclass(frozen=True)
class AllocationChange:
    """One way to change an allocation: its form, its words, its action."""

    form_class: type[Form]
    heading: str | Promise
    explanation: str | Promise
    button: str | Promise
    done: str | Promise
    act: Callable[..., Any]
    initial: Callable[[Allocation], dict[str, Any]] = lambda _allocation: {}
    options: Callable[[Allocation], dict[str, Any]] = lambda _allocation: {}
    """What else the form has to know."""
    is_grave: bool = False
    shows_efficiency: bool = False
    """Whether it depends on how well the award was used so far."""


_BUDGET = AllocationChange(
    form_class=BudgetForm,
    heading=_("Change the budget"),
    explanation=_("Slurm knows the new amount within seconds. Running jobs go on."),
    button=_("Change the budget"),
    done=_("The budget is changed; the site applies it within seconds."),
    act=actions.change_budget,
    initial=lambda allocation: {"seen_minutes": allocation.granted_minutes},
    shows_efficiency=True,
)
_END = AllocationChange(
    form_class=EndForm,
    heading=_("Change the last day"),
    explanation=_(
        "After the last day new jobs are refused, and hours that nobody has used lapse;"
        " running jobs run out. Lapsed hours do not come back with a later day: renew instead."
    ),
    button=_("Change the last day"),
    done=_("The last day is changed; the site applies it within seconds."),
    act=actions.change_end,
    initial=lambda allocation: {"ends_on": allocation.ends_on},
)
_SUSPEND = AllocationChange(
    form_class=ReasonForm,
    heading=_("Suspend"),
    explanation=_("New jobs are refused until somebody resumes it; running jobs run out."),
    button=_("Suspend the allocation"),
    done=_("Suspended: the site refuses new jobs within seconds."),
    act=actions.suspend_allocation,
    is_grave=True,
)
_RESUME = AllocationChange(
    form_class=ReasonForm,
    heading=_("Resume"),
    explanation=_("New jobs are accepted again once the site has checked it."),
    button=_("Resume the allocation"),
    done=_("Resumed: the site accepts new jobs within seconds."),
    act=actions.resume_allocation,
)
_RELEASE = AllocationChange(
    form_class=ReasonForm,
    heading=_("Give the account back"),
    explanation=_(
        "The account goes back to the site as it is, with all who are in it. What it used so far"
        " stays with the project."
    ),
    button=_("Give the account back"),
    done=_("The account is the site's own again; nothing in Slurm was changed."),
    act=release_account,
    is_grave=True,
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: SignedInRequest, allocation_id: int) -> HttpResponse:
    """Give an adopted account back to its site."""
    return change_allocation(request, allocation_id, _RELEASE)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_budget(request: SignedInRequest, allocation_id: int) -> HttpResponse:
    """Give more GPU-hours, or take some away."""
    return change_allocation(request, allocation_id, _BUDGET)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_end(request: SignedInRequest, allocation_id: int) -> HttpResponse:
    """Move the last day."""
    return change_allocation(request, allocation_id, _END)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: SignedInRequest, allocation_id: int) -> HttpResponse:
    """Refuse new jobs."""
    return change_allocation(request, allocation_id, _SUSPEND)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: SignedInRequest, allocation_id: int) -> HttpResponse:
    """Accept new jobs again."""
    return change_allocation(request, allocation_id, _RESUME)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove_member(request: SignedInRequest, membership_id: int) -> HttpResponse:
    """Ask once, then end somebody's part in a project."""
    membership = get_object_or_404(
        Membership.objects.select_related("project", "user"), pk=membership_id
    )
    actor = request.user
    project_for(actor, membership.project.name, Permission.PROJECT_REMOVE_MEMBER)
    if request.method != "POST":
        return render(request, "staff/remove_member.html", {"membership": membership})
    try:
        actions.remove_member(membership_id=membership_id, actor=actor)
    except AllocationsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(
            request, _("%(name)s has left the project.") % {"name": membership.user.full_name}
        )
    return redirect(membership.project)


def change_allocation(
    request: SignedInRequest, allocation_id: int, change: AllocationChange
) -> HttpResponse:
    """Show the form of a change, or carry it out and go back to the project."""
    actor = request.user
    allocation = get_object_or_404(
        Allocation.objects.with_figures().with_site_status().select_related("project"),
        pk=allocation_id,
    )
    project_for(actor, allocation.project.name, Permission.PROJECT_MANAGE)
    form = change.form_class(
        request.POST if request.method == "POST" else None,
        initial=change.initial(allocation),
        **change.options(allocation),
    )
    if request.method == "POST" and form.is_valid():
        try:
            change.act(allocation_id=allocation_id, actor=actor, **form.cleaned_data)
        except StateError as error:
            messages.warning(request, str(error))
            return redirect(allocation.project)
        except AllocationsError as error:
            form.add_error(_field_of(error, form), str(error))
        else:
            messages.success(request, str(change.done))
            return redirect(allocation.project)
    context = {
        "allocation": allocation,
        "form": form,
        "change": change,
        "has_accounting": has_accounting(allocation.site),
        "efficiency": _efficiency(allocation) if change.shows_efficiency else None,
    }
    return render(request, "staff/change.html", context, status=422 if form.errors else 200)


def _efficiency(allocation: Allocation) -> Efficiency | None:
    return efficiency_of([allocation.project]).get(allocation.project_id)


def _field_of(error: AllocationsError, form: Form) -> str | None:
    field = error.field if isinstance(error, RefusedError) else None
    return field if field in form.fields else None
