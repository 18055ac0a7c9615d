"""Awards that wait: for a second person, or for hours."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.actions.proposals import (
    confirm_award,
    decline_award,
    propose_award,
    put_on_wait_list,
)
from allocations.errors import AllocationsError, StateError
from allocations.forms.decisions import LONGEST_REASON, ApprovalForm
from allocations.models import Application
from allocations.views.review_page import load, moved_on, render_review


@login_required
@require_POST
def waitlist(request: SignedInRequest, reference: str) -> HttpResponse:
    """Keep what was filled in until enough hours return."""
    application = load(request, reference, Permission.APPLICATION_DECIDE)
    form = ApprovalForm(application, request.POST)
    if form.is_valid():
        return propose(request, application, form, is_for_wait_list=True)
    return render_review(request, application, approval=form)


@login_required
@require_POST
def confirm(request: SignedInRequest, reference: str, proposal_id: int) -> HttpResponse:
    """As the second person, grant what was proposed."""
    application = load(request, reference, Permission.APPLICATION_DECIDE)
    proposal = get_object_or_404(application.proposed_awards, pk=proposal_id)
    try:
        project = confirm_award(proposal_id=proposal.pk, actor=request.user)
    except AllocationsError as error:
        return moved_on(request, application, error)
    if project is None:
        messages.success(request, _("Confirmed. The application is on the wait-list."))
        return redirect("review", reference)
    messages.success(request, _("Confirmed. The applicant now reads and answers the offer."))
    return redirect(project)


@login_required
@require_POST
def decline(request: SignedInRequest, reference: str, proposal_id: int) -> HttpResponse:
    """As the second person, or the first, take back what was proposed."""
    application = load(request, reference, Permission.APPLICATION_DECIDE)
    proposal = get_object_or_404(application.proposed_awards, pk=proposal_id)
    reason = request.POST.get("reason", "")[:LONGEST_REASON].replace("\0", "")
    try:
        decline_award(proposal_id=proposal.pk, reason=reason, actor=request.user)
    except AllocationsError as error:
        return moved_on(request, application, error)
    messages.success(request, _("Declined. The application waits for another decision."))
    return redirect("review", reference)


def propose(
    request: SignedInRequest,
    application: Application,
    form: ApprovalForm,
    *,
    is_for_wait_list: bool = False,
) -> HttpResponse:
    """Keep what was filled in for a second person, or for the wait-list."""
    keep = put_on_wait_list if is_for_wait_list else propose_award
    try:
        proposal = keep(
            application_id=application.pk,
            awards=form.awards(),
            reason=form.cleaned_data["reason"],
            actor=request.user,
        )
    except StateError as error:
        return moved_on(request, application, error)
    except AllocationsError as error:
        form.add_error(None, str(error))
        return render_review(request, application, approval=form)
    messages.success(
        request,
        _("Proposed. Somebody else has to confirm it before anything is granted.")
        if proposal.needs_second_person
        else _("The application is on the wait-list. It is granted when enough hours return."),
    )
    return redirect("review", application.reference)
