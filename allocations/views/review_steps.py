"""The buttons that say that a step of a review is done, or that it is not."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.actions.review_steps import record_step, take_back_step
from allocations.errors import AllocationsError
from allocations.forms.review_steps import StepForm
from allocations.rules.review_steps import StepKind
from allocations.views.review_page import load, render_review


@login_required
@require_POST
def done(request: SignedInRequest, reference: str, step: str) -> HttpResponse:
    """Record it and go back to the page."""
    application = load(request, reference, Permission.APPLICATION_DECIDE)
    kind = _kind(step)
    form = StepForm(request.POST, prefix=step)
    if not form.is_valid():
        return render_review(request, application, step=form)
    try:
        record_step(
            application_id=application.pk,
            kind=kind,
            note=form.cleaned_data["note"],
            actor=request.user,
        )
    except AllocationsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Recorded as done."))
    return redirect("review", application.reference)


@login_required
@require_POST
def take_back(request: SignedInRequest, reference: str, step: str) -> HttpResponse:
    """Let it be due again and go back to the page."""
    application = load(request, reference, Permission.APPLICATION_DECIDE)
    try:
        take_back_step(application_id=application.pk, kind=_kind(step), actor=request.user)
    except AllocationsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Taken back: it is to be done again."))
    return redirect("review", application.reference)


def _kind(word: str) -> StepKind:
    if word not in StepKind.values:
        raise Http404
    return StepKind(word)
