"""Each mail as it would be with made-up data."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from accounts.mail import written
from portal.mails.samples import sample_context, sample_person

# django-allauth writes these from two templates each.
OF_SIGNING_IN = frozenset(
    {
        "email_confirmation_signup",
        "email_confirmation",
        "password_reset_key",
        "unknown_account",
        "account_already_exists",
    }
)


def preview(event: str, language: str, **texts: str) -> tuple[str, str]:
    """Subject and text of a mail in a language; `texts` replace what people would have typed."""
    with translation.override(language):
        context = sample_context(**texts)
        if event in OF_SIGNING_IN:
            return _of_signing_in(event, context)
        person = sample_person(texts.get("name", "Ada"))
        return written(event, to=person, context=context)


def _of_signing_in(event: str, context: dict[str, Any]) -> tuple[str, str]:
    folder = "account/email"
    # The first mail to somebody says more in its subject, and the same below.
    message = event.removesuffix("_signup")
    subject = render_to_string(f"{folder}/{event}_subject.txt", context)
    return subject.strip(), render_to_string(f"{folder}/{message}_message.txt", context)
