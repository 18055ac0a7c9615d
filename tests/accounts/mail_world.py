"""Mails as the log has them, and a mail server that is away."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from accounts.deliveries import new_message_id
from accounts.models import Mail, User


def waiting_mail(person: User | None = None, **fields: object) -> Mail:
    """A mail that nobody has delivered."""
    values = {
        "event": "budget_changed",
        "address": person.email if person else "ada@example.org",
        "language": "en",
        "subject": "Hello",
        "text": "Dear Ada,\n\nHello.\n",
        "message_id": new_message_id(),
    }
    return Mail.objects.create(**{**values, "recipient": person, **fields})


@contextmanager
def server_says(error: Exception | None = None) -> Iterator[mock.Mock]:
    """While the mail server is away: what would have been sent is refused."""
    refused = error or smtplib.SMTPServerDisconnected("gone")
    with mock.patch("accounts.deliveries.EmailMultiAlternatives.send", side_effect=refused) as send:
        yield send
