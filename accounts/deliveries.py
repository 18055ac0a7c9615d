"""Hands mails to the mail server, in the worker, and notes what became of each."""

import logging
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from accounts.mail_events import event_of
from accounts.mail_html import html_of
from accounts.models import Mail, MailState

log = logging.getLogger(__name__)

FIRST_RETRY = timedelta(seconds=30)
MOST_ATTEMPTS = 12  # The last one is some 17 hours after the first.
LONGEST_PROBLEM = 500


def new_message_id() -> str:
    """An identity that no other mail has."""
    return f"<{uuid4()}@{urlsplit(settings.PUBLIC_URL).hostname}>"


@task()
def deliver(mail_id: int) -> None:
    """Hand one mail to the mail server; tried again, ever later, while the server is away.

    What is delivered already stays so. Who is killed between the server's yes and the note of it
    delivers a second time, under the same Message-ID.
    """
    with transaction.atomic():
        problem = _deliver_once(mail_id)
    if problem is not None:
        raise problem


def _deliver_once(mail_id: int) -> Exception | None:
    """Try; answers the problem of a mail that is given up."""
    mail = Mail.objects.select_for_update().filter(pk=mail_id, state=MailState.WAITING).first()
    if mail is None:
        return None
    mail.attempts += 1
    try:
        _message(mail).send()
    except OSError as error:  # smtplib's errors among them
        return _note_problem(mail, error, is_final=mail.attempts >= MOST_ATTEMPTS)
    except Exception as error:  # noqa: BLE001  # a mail that cannot be written is given up at once
        return _note_problem(mail, error, is_final=True)
    _end(mail, MailState.DELIVERED)
    return None


def _message(mail: Mail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.address],
        headers={"Message-ID": mail.message_id},
    )
    html = html_of(subject=mail.subject, text=mail.text, language=mail.language)
    message.attach_alternative(html, "text/html")
    return message


def _note_problem(mail: Mail, error: Exception, *, is_final: bool) -> Exception | None:
    mail.problem = f"{type(error).__name__}: {error}"[:LONGEST_PROBLEM]
    log.warning("mail %d failed, attempt %d", mail.pk, mail.attempts, exc_info=error)
    if is_final:
        _end(mail, MailState.FAILED)
        return error
    mail.save(update_fields=["attempts", "problem"])
    later = timezone.now() + FIRST_RETRY * 2 ** (mail.attempts - 1)
    deliver.using(run_after=later).enqueue(mail.pk)
    return None


def _end(mail: Mail, state: MailState) -> None:
    mail.state = state
    mail.ended_at = timezone.now()
    if state == MailState.DELIVERED:
        mail.problem = ""
    if event_of(mail.event).holds_secret:
        mail.text = ""
    mail.save(update_fields=["attempts", "problem", "state", "ended_at", "text"])
