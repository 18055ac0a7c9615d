"""Hours after the award: renewed, moved to another site, given back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from allocations.actions import budgets as actions
from allocations.forms.manage import RefundForm, RenewalForm, TransferForm
from allocations.models import Allocation
from allocations.views.manage import AllocationChange, change_allocation


def _seen(allocation: Allocation) -> dict[str, Any]:
    return {"seen_minutes": allocation.granted_minutes}


_RENEW = AllocationChange(
    form_class=RenewalForm,
    heading=_("Renew"),
    explanation=_(
        "Grants hours until a later last day. While the last day has not passed, hours that are"
        " left stay; once it has, they have lapsed, and only what you grant here can be used."
    ),
    button=_("Renew the allocation"),
    done=_("Renewed: the site accepts jobs within seconds."),
    act=actions.renew_allocation,
    initial=_seen,
    shows_efficiency=True,
)
_TRANSFER = AllocationChange(
    form_class=TransferForm,
    heading=_("Move hours to another site"),
    explanation=_(
        "Only hours that no job has used, and that none which runs may still use, can be moved."
    ),
    button=_("Move the hours"),
    done=_("The hours are moved; both sites know within seconds."),
    act=actions.transfer_hours,
    initial=_seen,
    options=lambda allocation: {"allocation": allocation},
)
_REFUND = AllocationChange(
    form_class=RefundForm,
    heading=_("Give hours back"),
    explanation=_(
        "For jobs that were lost through no fault of the project, such as broken hardware."
        " The hours stay in the reports as used."
    ),
    button=_("Give the hours back"),
    done=_("The hours are given back; the site knows within seconds."),
    act=actions.refund_hours,
    initial=_seen,
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: SignedInRequest, allocation_id: int) -> HttpResponse:
    """Grant another period."""
    return change_allocation(request, allocation_id, _RENEW)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: SignedInRequest, allocation_id: int) -> HttpResponse:
    """Move hours between sites."""
    return change_allocation(request, allocation_id, _TRANSFER)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: SignedInRequest, allocation_id: int) -> HttpResponse:
    """Give hours back."""
    return change_allocation(request, allocation_id, _REFUND)
