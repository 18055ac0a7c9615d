"""What was mailed to whom, and what each mail looks like in each language."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.lists import render_list
from accounts.mail_events import EVENTS, event_of
from accounts.mail_html import html_of
from accounts.models import Mail
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from portal.mails.policy import mail_policy
from portal.mails.previews import preview
from portal.mails.tables import MailFilter, MailTable


@login_required
@require_safe
def mails(request: SignedInRequest) -> HttpResponse:
    """Everything that was mailed, with what became of it."""
    _require(request, Permission.MAILS_VIEW)
    return render_list(
        request,
        filters=MailFilter(request.GET, Mail.objects.defer("text"), request=request),
        table_class=MailTable,
        template="mails/mails.html",
        days=settings.MAIL_LOG_DAYS,
    )


@login_required
@require_safe
def mail(request: SignedInRequest, mail_id: int) -> HttpResponse:
    """One mail; its text for those who may read it."""
    _require(request, Permission.MAILS_VIEW)
    found = get_object_or_404(Mail.objects.select_related("digest"), pk=mail_id)
    event = event_of(found.event)
    may_read = request.user.may(Permission.MAILS_READ) and not event.holds_secret
    context = {"mail": found, "event": event, "may_read": may_read}
    return render(request, "mails/mail.html", context)


@login_required
@require_safe
def mail_previews(request: SignedInRequest) -> HttpResponse:
    """Every mail there is."""
    _require(request, Permission.MAILS_VIEW)
    return render(request, "mails/previews.html", {"events": EVENTS.values()})


@login_required
@require_safe
def mail_preview(request: SignedInRequest, event: str, language: str) -> HttpResponse:
    """One mail with made-up data, as text and as HTML."""
    subject, text = _previewed(request, event, language)
    context = {"event": EVENTS[event], "subject": subject, "text": text, "shown": language}
    return render(request, "mails/preview.html", context)


@mail_policy  # type: ignore[arg-type]  # it types views of plain requests
@xframe_options_sameorigin
@login_required
@require_safe
def mail_preview_html(request: SignedInRequest, event: str, language: str) -> HttpResponse:
    """The HTML of such a mail, for the frame of the page before; it may do nothing."""
    subject, text = _previewed(request, event, language)
    return HttpResponse(html_of(subject=subject, text=text, language=language))


def _previewed(request: SignedInRequest, event: str, language: str) -> tuple[str, str]:
    _require(request, Permission.MAILS_VIEW)
    if event not in EVENTS or language not in dict(settings.LANGUAGES):
        raise Http404
    return preview(event, language)


def _require(request: SignedInRequest, permission: Permission) -> None:
    if not request.user.may(permission):
        raise PermissionDenied
