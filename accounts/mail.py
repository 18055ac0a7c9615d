"""Mail: written at once, in the recipient's language, in the transaction that caused it.

The worker delivers it. A mail of which nobody knows whether the server took it goes again, under
the same Message-ID, so that mailboxes can tell.
"""

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.deliveries import deliver, new_message_id
from accounts.languages import current_language, in_language_of
from accounts.mail_events import MailEvent, event_of
from accounts.models import Mail, MailRhythm, MailState, User


def send_mail(*, template: str, to: User | str, context: dict[str, Any]) -> None:
    """Write one mail from `templates/mail/<template>.txt`, whose first line is the subject.

    To an address of nobody known it is in the language of whoever causes it.
    """
    person = to if isinstance(to, User) else None
    with in_language_of(person) if person else nullcontext():
        subject, text = written(template, to=to, context=context)
        keep_mail(
            event=event_of(template),
            person=person,
            address=person.email if person else str(to),
            subject=subject,
            text=text,
        )


def written(template: str, *, to: Any, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and text of a mail, in the language that is active."""
    whole = render_to_string(
        f"mail/{template}.txt", {**context, "recipient": to, "portal": settings.PUBLIC_URL}
    )
    subject, _, text = whole.strip().partition("\n")
    return subject.strip(), text.strip() + "\n"


def send_mail_to_all(*, template: str, to: Iterable[User], context: dict[str, Any]) -> None:
    """The same mail to several people, each on their own."""
    for person in to:
        send_mail(template=template, to=person, context=context)


def enqueue_message(message: EmailMessage, *, event: str, person: User | None) -> None:
    """Take over a mail that another library wrote, in the language that is active."""
    for address in message.to:
        keep_mail(
            event=event_of(event),
            person=person,
            address=address,
            subject=" ".join(str(message.subject).split()),
            text=str(message.body),
        )


def keep_mail(
    *, event: MailEvent, person: User | None, address: str, subject: str, text: str
) -> Mail:
    """Log a mail, and have it delivered now or with the person's next digest."""
    can_wait = person is not None and person.mail_rhythm != MailRhythm.AT_ONCE
    is_held = can_wait and not event.is_urgent
    mail = Mail.objects.create(
        event=event.code,
        recipient=person,
        address=address,
        language=current_language(),
        subject=subject,
        text=text,
        message_id=new_message_id(),
        state=MailState.HELD if is_held else MailState.WAITING,
    )
    if not is_held:
        deliver.enqueue(mail.pk)
    return mail
