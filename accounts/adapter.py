"""Joins django-allauth to the portal: mails go through the worker."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import EmailMessage

from accounts.mail import enqueue_message


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Sends sign-in mails by the task queue, so that a slow mail server never holds up a page."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render now, send from the worker."""
        request = allauth_context.request
        page = {"request": request, "email": email, "current_site": get_current_site(request)}
        message: EmailMessage = self.render_mail(template_prefix, email, page | context)
        enqueue_message(message)
