"""The accessibility statement with its form, for everybody; and what came in, for staff."""

from http import HTTPStatus

import django_tables2 as tables
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit import SystemActor
from accounts.lists import ListTable, page_of_table
from accounts.models import User
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.errors import RefusedError
from portal.accessibility.actions import send_feedback
from portal.accessibility.forms import FeedbackForm
from portal.accessibility.limits import is_too_often
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


class FeedbackTable(ListTable):
    """One row a message."""

    sent_at = tables.Column(verbose_name=gettext_lazy("Sent"))
    text = tables.Column(verbose_name=gettext_lazy("Message"), orderable=False)
    page = tables.Column(verbose_name=gettext_lazy("Page"), orderable=False)
    email = tables.Column(verbose_name=gettext_lazy("Answer to"), orderable=False)

    class Meta(ListTable.Meta):
        order_by = ("-sent_at",)

    def render_sent_at(self, record: AccessibilityFeedback) -> str:
        """The moment in Brussels."""
        return date_format(localtime(record.sent_at), "SHORT_DATETIME_FORMAT")

    def render_text(self, value: str) -> SafeString:
        """With its lines."""
        return format_html('<div class="typed" dir="auto">{}</div>', value)

    def render_page(self, value: str) -> SafeString:
        """As it was typed: no link, since anybody can write one."""
        return format_html('<bdi class="text-break">{}</bdi>', value)


@login_required
@require_safe
def feedback(request: SignedInRequest) -> HttpResponse:
    """Everything that was sent, the newest first."""
    require(request.user, Permission.OVERVIEW_VIEW)
    table = page_of_table(request, FeedbackTable(AccessibilityFeedback.objects.all()))
    return render(request, "accessibility/feedback.html", {"table": table})


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
