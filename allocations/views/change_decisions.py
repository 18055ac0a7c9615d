"""Changes of awards as staff see them: the queue, and one change with what it would do."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.lists import render_list
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import change_and_permission, require
from allocations.actions.change_decisions import (
    approve_change,
    needs_second_person,
    reject_change,
)
from allocations.actions.ledger import read_budget
from allocations.award_means import read_means
from allocations.deciders import why_not_decide_change
from allocations.errors import AllocationsError, RefusedError
from allocations.forms.award_changes import ChangesFilter, WhyForm
from allocations.models import AwardChange
from allocations.outlook import Outlook, outlook_of
from allocations.rules.award_changes import ChangeKind
from allocations.tables.award_changes import ChangesTable, words_for_change

GRANTS = (ChangeKind.EXTENSION, ChangeKind.SUPPLEMENT)


@login_required
@require_safe
def award_changes(request: SignedInRequest) -> HttpResponse:
    """What is asked for, the most urgent first."""
    require(request.user, Permission.PROJECT_VIEW)
    return render_list(
        request,
        filters=ChangesFilter(request.GET, AwardChange.objects.for_lists(), request=request),
        table_class=ChangesTable,
        template="staff/award_changes.html",
    )


@login_required
@require_safe
def award_change(request: SignedInRequest, change_id: int) -> HttpResponse:
    """What is asked for, what there is, what it would do to the pools, and the forms."""
    return _render(request, *change_and_permission(request.user, change_id))


@login_required
@require_POST
def approve(request: SignedInRequest, change_id: int) -> HttpResponse:
    """Carry it out, or be the first of two."""
    change, may_decide = change_and_permission(request.user, change_id, to_decide=True)
    form = WhyForm(request.POST, prefix="approve")
    if form.is_valid():
        try:
            decided = approve_change(
                change_id=change.pk, reason=form.cleaned_data["reason"], actor=request.user
            )
        except RefusedError as error:
            form.add_error(None, str(error))
        except AllocationsError as error:
            messages.warning(request, str(error))
            return redirect(change)
        else:
            messages.success(
                request,
                _("Somebody else has to confirm it before anything changes.")
                if decided.waits_for_second_person
                else _("Approved, and done. Who asked gets a mail."),
            )
            return redirect(change)
    return _render(request, change, may_decide, approval=form)


@login_required
@require_POST
def reject(request: SignedInRequest, change_id: int) -> HttpResponse:
    """Say no with a reason."""
    change, may_decide = change_and_permission(request.user, change_id, to_decide=True)
    form = WhyForm(request.POST, prefix="reject")
    if form.is_valid():
        try:
            reject_change(
                change_id=change.pk, reason=form.cleaned_data["reason"], actor=request.user
            )
        except AllocationsError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Rejected. Who asked gets your reason by mail."))
        return redirect(change)
    return _render(request, change, may_decide, rejection=form)


def _render(
    request: SignedInRequest,
    change: AwardChange,
    may_decide: bool,
    *,
    approval: WhyForm | None = None,
    rejection: WhyForm | None = None,
) -> HttpResponse:
    refused = approval or rejection
    context = {
        "change": change,
        "project": getattr(change.application, "project", None),
        "words": words_for_change(change),
        "budget": read_budget(change.allocation) if change.allocation else None,
        "outlook": _outlook(change),
        "may_decide": may_decide and change.is_open,
        "why_not": ""
        if may_decide or not change.is_open
        else why_not_decide_change(request.user, change),
        "needs_two": needs_second_person(change),
        "said_yes": change.seconded_by_id == request.user.pk,
        "approval": approval or WhyForm(prefix="approve"),
        "rejection": rejection or WhyForm(prefix="reject"),
        "form": refused,
    }
    status = 422 if refused is not None and refused.errors else 200
    return render(request, "staff/award_change.html", context, status=status)


def _outlook(change: AwardChange) -> Outlook | None:
    """What more hours would do to pools, site and aid ceiling; None where none are asked for."""
    if not change.is_open or change.kind not in GRANTS or change.allocation is None:
        return None
    if not change.gpu_hours:
        return None
    hours, today = {change.allocation.site: change.gpu_hours}, timezone.localdate()
    means = read_means(change.application, hours, today)
    return outlook_of(change.application, hours, today, means)
