"""The button that says that a step of a review is done."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.actions.review_steps import record_step
from allocations.errors import AllocationsError
from allocations.forms.review_steps import StepForm
from allocations.rules.review_steps import StepKind
from allocations.views.review_page import load, render_review


@login_required
@require_POST
def done(request: SignedInRequest, reference: str, step: str) -> HttpResponse:
    """Record it and go back to the page."""
    application = load(request, reference, Permission.APPLICATION_DECIDE)
    if step not in StepKind.values:
        raise Http404
    form = StepForm(request.POST, prefix=step)
    if not form.is_valid():
        return render_review(request, application, step=form)
    try:
        record_step(
            application_id=application.pk,
            kind=StepKind(step),
            note=form.cleaned_data["note"],
            actor=request.user,
        )
    except AllocationsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Recorded as done."))
    return redirect("review", application.reference)
