"""Staff read one application and decide it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

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
from allocations.views.preview_part import preview_of_form
from allocations.views.proposals import propose
from allocations.views.review_page import (
    load,
    load_for_preview,
    load_with_permissions,
    moved_on,
    render_review,
)


@login_required
@require_safe
def review(request: SignedInRequest, reference: str) -> HttpResponse:
    """All that an application says, and the forms that decide it."""
    application, held = load_with_permissions(request, reference, Permission.APPLICATION_ASSESS)
    return render_review(request, application, held=held)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: SignedInRequest, reference: str) -> HttpResponse:
    """What approving would change in Slurm, as typed or else as asked for; nothing is stored.

    A part of the application's page, or a page of its own, or the whole page with what was typed.
    """
    application = load_for_preview(request, reference)
    typed = request.POST if request.method == "POST" else None
    form = ApprovalForm(application, typed, needs_reason=False)
    would_change = preview_of_form(form)
    if typed is not None and not request.htmx:
        application = load(request, reference, Permission.APPLICATION_DECIDE)
        return render_review(request, application, approval=form, preview=would_change)
    template = "staff/preview.html" if request.htmx else "staff/preview_page.html"
    return render(request, template, {"application": application, "preview": would_change})


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
