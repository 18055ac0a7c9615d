"""The accessibility statement with its form, for everybody; and what came in, for staff."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit import SystemActor
from accounts.lists import render_list
from accounts.models import User
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.errors import RefusedError, StateError
from portal.accessibility.actions import mark_answered, send_feedback
from portal.accessibility.forms import FeedbackFilter, FeedbackForm
from portal.accessibility.limits import is_too_often
from portal.accessibility.tables import FeedbackTable
from portal.models import AccessibilityFeedback

VISITOR = SystemActor("visitor")


@require_http_methods(["GET", "HEAD", "POST"])
def accessibility(request: HttpRequest) -> HttpResponse:
    """What is accessible, what is not and why, and the form to tell us more."""
    if request.method != "POST":
        return _statement(request, FeedbackForm())
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _statement(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if is_too_often(request):
        form.add_error(None, _("You sent a lot within an hour. Wait, or write to us by mail."))
        return _statement(request, form, HTTPStatus.TOO_MANY_REQUESTS)
    actor = request.user if isinstance(request.user, User) else VISITOR
    try:
        send_feedback(actor=actor, **form.cleaned_data)
    except RefusedError as error:
        form.add_error(None, str(error))
        return _statement(request, form, HTTPStatus.TOO_MANY_REQUESTS)
    messages.success(request, _("Thank you. We have your message."))
    return redirect("accessibility")


@login_required
@require_safe
def feedback(request: SignedInRequest) -> HttpResponse:
    """What was sent, the newest first; without a choice, what nobody has answered."""
    require(request.user, Permission.FEEDBACK_ANSWER)
    rows = AccessibilityFeedback.objects.select_related("answered_by")
    return render_list(
        request,
        filters=FeedbackFilter(request.GET, rows, request=request),
        table_class=FeedbackTable,
        template="accessibility/feedback.html",
    )


@login_required
@require_POST
def answered(request: SignedInRequest, feedback_id: int) -> HttpResponse:
    """Say that somebody has answered a message."""
    require(request.user, Permission.FEEDBACK_ANSWER)
    found = get_object_or_404(AccessibilityFeedback, pk=feedback_id)
    try:
        mark_answered(feedback_id=found.pk, actor=request.user)
    except StateError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Marked as answered."))
    return redirect("accessibility_feedback")


def _statement(
    request: HttpRequest, form: FeedbackForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "form": form,
        "address": settings.PUBLIC_URL,
        "state": settings.ACCESSIBILITY_STATE,
        "body": settings.ACCESSIBILITY_BODY,
        "contact": settings.ACCESSIBILITY_CONTACT,
        "prepared_on": settings.ACCESSIBILITY_PREPARED_ON,
        "reviewed_on": settings.ACCESSIBILITY_REVIEWED_ON,
        "answer_days": settings.ACCESSIBILITY_ANSWER_DAYS,
    }
    return render(request, "accessibility/statement.html", context, status=status)
