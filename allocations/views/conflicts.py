"""Whoever was asked to review an application, or decides it, declares a conflict of interest."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.actions.reviewers import declare_conflict
from allocations.errors import AllocationsError
from allocations.forms.reviews import ConflictForm
from allocations.views.review_page import load_with_permissions, moved_on, render_review


@login_required
@require_POST
def conflict(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say that one must not judge this."""
    application, held = load_with_permissions(request, reference, Permission.APPLICATION_ASSESS)
    if not held & {Permission.REVIEW_WRITE, Permission.APPLICATION_DECIDE}:
        raise PermissionDenied
    form = ConflictForm(request.POST)
    if not form.is_valid():
        return render_review(request, application, conflict=form, held=held)
    try:
        declare_conflict(
            application_id=application.pk, reason=form.cleaned_data["reason"], actor=request.user
        )
    except AllocationsError as error:
        return moved_on(request, application, error)
    messages.success(request, _("Thank you. Staff choose somebody else for this application."))
    return redirect("queue")
