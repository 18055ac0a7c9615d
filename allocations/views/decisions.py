"""Staff read one application and decide it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.actions.decisions import (
    approve_application,
    needs_second_person,
    reject_application,
    request_information,
)
from allocations.errors import AllocationsError, StateError
from allocations.forms.decisions import ApprovalForm, QuestionForm, RejectionForm
from allocations.views.proposals import propose
from allocations.views.review_page import (
    load,
    load_with_permissions,
    moved_on,
    preview_of_form,
    render_review,
)


@login_required
@require_safe
def review(request: SignedInRequest, reference: str) -> HttpResponse:
    """All that an application says, and the forms that decide it."""
    application, held = load_with_permissions(request, reference, Permission.APPLICATION_ASSESS)
    return render_review(request, application, held=held)


@login_required
@require_POST
def preview(request: SignedInRequest, reference: str) -> HttpResponse:
    """What approving as typed would change in Slurm; nothing is stored."""
    application = load(request, reference, Permission.APPLICATION_DECIDE)
    form = ApprovalForm(application, request.POST, needs_reason=False)
    would_change = preview_of_form(form, request.user)
    if request.htmx:
        return render(request, "staff/preview.html", {"preview": would_change, "approval": form})
    return render_review(request, application, approval=form, preview=would_change)


@login_required
@require_POST
def approve(request: SignedInRequest, reference: str) -> HttpResponse:
    """Offer what was filled in, and go to the project; or have a second person confirm it."""
    application = load(request, reference, Permission.APPLICATION_DECIDE)
    form = ApprovalForm(application, request.POST)
    if form.is_valid() and needs_second_person(application, form.awards()):
        return propose(request, application, form)
    if form.is_valid():
        try:
            project = approve_application(
                application_id=application.pk,
                awards=form.awards(),
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        except StateError as error:
            return moved_on(request, application, error)
        except AllocationsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("Approved as project %(name)s. The applicant now reads and answers the offer.")
                % {"name": project.name},
            )
            return redirect(project)
    return render_review(request, application, approval=form)


@login_required
@require_POST
def reject(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say no with a reason."""
    application = load(request, reference, Permission.APPLICATION_DECIDE)
    form = RejectionForm(application, request.POST)
    if form.is_valid():
        try:
            reject_application(
                application_id=application.pk,
                reason=form.cleaned_data["reason"],
                is_ineligible=form.cleaned_data["is_ineligible"],
                actor=request.user,
            )
        except StateError as error:
            return moved_on(request, application, error)
        except AllocationsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Rejected. The applicant gets your reason by mail."))
            return redirect("queue")
    return render_review(request, application, rejection=form)


@login_required
@require_POST
def ask(request: SignedInRequest, reference: str) -> HttpResponse:
    """Send the application back with a question."""
    application = load(request, reference, Permission.APPLICATION_DECIDE)
    form = QuestionForm(application, request.POST)
    if form.is_valid():
        try:
            request_information(
                application_id=application.pk,
                question=form.cleaned_data["reason"],
                actor=request.user,
            )
        except StateError as error:
            return moved_on(request, application, error)
        except AllocationsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Asked. The applicant gets your question by mail."))
            return redirect("queue")
    return render_review(request, application, question=form)
