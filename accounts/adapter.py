"""Joins django-allauth to the portal: mails go through the worker, in the person's language."""

from contextlib import nullcontext
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import EmailMessage

from accounts.languages import in_language_of
from accounts.mail import enqueue_message
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Sends sign-in mails by the task queue, so that a slow mail server never holds up a page."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write now, send from the worker."""
        request = allauth_context.request
        page = {"request": request, "email": email, "current_site": get_current_site(request)}
        person = context.get("user")
        known = person if isinstance(person, User) else None
        # Whoever has chosen no language reads that of the page that they have open.
        with in_language_of(known) if known and known.language else nullcontext():
            message: EmailMessage = self.render_mail(template_prefix, email, page | context)
            event = template_prefix.rpartition("/")[2]
            enqueue_message(message, event=event, person=known)
