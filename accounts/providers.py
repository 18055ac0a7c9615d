"""Says plainly that a sign-in provider does not answer, where django-allauth would fail."""

import logging
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from requests import RequestException

log = logging.getLogger(__name__)


class ProviderFaultMiddleware:
    """Leads back to the sign-in page when the portal cannot speak with a provider."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a provider that does not; every other fault stays one."""
        if not isinstance(error, RequestException):
            return None
        log.error("A sign-in provider does not answer: %s", error)
        messages.error(
            request,
            _("That sign-in service does not answer. Try again later, or use your password."),
        )
        return redirect("account_login")
