"""Mail: rendered at once, enqueued in the transaction that caused it, sent by the worker."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone
from django_tasks import task

from accounts.models import User

log = logging.getLogger(__name__)

FIRST_RETRY = timedelta(seconds=30)
MOST_ATTEMPTS = 12  # The last one is some 17 hours after the first.


def send_mail(*, template: str, to: User | str, context: dict[str, Any]) -> None:
    """Enqueue one mail from `templates/mail/<template>.txt`, whose first line is the subject."""
    address = to.email if isinstance(to, User) else to
    text = render_to_string(
        f"mail/{template}.txt",
        {**context, "recipient": to, "portal": settings.PUBLIC_URL},
    )
    subject, _, body = text.strip().partition("\n")
    deliver.enqueue(subject=subject.strip(), body=body.strip() + "\n", to=[address], html="")


def send_mail_to_all(*, template: str, to: Iterable[User], context: dict[str, Any]) -> None:
    """The same mail to several people, each on their own."""
    for person in to:
        send_mail(template=template, to=person, context=context)


def enqueue_message(message: EmailMessage) -> None:
    """Enqueue a mail that another library rendered."""
    html = ""
    if isinstance(message, EmailMultiAlternatives) and message.alternatives:
        html = str(message.alternatives[0][0])
    deliver.enqueue(
        subject=str(message.subject), body=str(message.body), to=list(message.to), html=html
    )


@task()
def deliver(subject: str, body: str, to: list[str], html: str, attempt: int = 1) -> None:
    """Hand one mail to the mail server; tried again, ever later, while the server is away."""
    message = EmailMultiAlternatives(subject=subject, body=body, to=to)
    if html:
        message.attach_alternative(html, "text/html")
    try:
        message.send()
    except OSError:  # smtplib's errors among them
        if attempt >= MOST_ATTEMPTS:
            raise
        log.warning("mail to %s failed, attempt %d", ", ".join(to), attempt, exc_info=True)
        later = timezone.now() + FIRST_RETRY * 2 ** (attempt - 1)
        deliver.using(run_after=later).enqueue(
            subject=subject, body=body, to=to, html=html, attempt=attempt + 1
        )
