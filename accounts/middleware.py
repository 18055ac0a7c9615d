"""Names the actor of each request, knows who is signed out, asks staff for a second factor."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

import pghistory
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect, render, resolve_url
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from accounts.unsaved import UnsavedText, page_of_form, unsaved_texts

GetResponse = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware(LocaleMiddleware):
    """Answers in the language that the person chose; else by the cookie, else by the browser."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate it."""
        chosen = getattr(request.user, "language", "")
        if not chosen:
            super().process_request(request)
            return
        translation.activate(chosen)
        request.LANGUAGE_CODE = chosen


class ActorMiddleware:
    """Writes outside our actions (sign-in pages) carry the person in the audit trail."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with the audit context set."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        actor = request.user.email if request.user.is_authenticated else "anonymous"
        with pghistory.context(actor=actor, action=f"{request.method} {request.path}"):
            return self.get_response(request)


class SignedOutMiddleware:
    """Tells whoever goes on with a page that nobody is signed in any more.

    Otherwise htmx would put the whole page for signing in where a part of the page belongs, and
    without JavaScript what was written would be lost.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; who only looks is led to the page for signing in, who writes keeps the text."""
        response = self.get_response(request)
        if not _leads_to_sign_in(response):
            return response
        if request.htmx:  # type: ignore[attr-defined]
            return _answer_to_part(request)
        # Only what came with the key of our own forms got as far as a view.
        texts = unsaved_texts(request)
        return _unsaved(request, texts) if texts else response


def _answer_to_part(request: HttpRequest) -> HttpResponse:
    if request.method in ("GET", "HEAD"):
        there = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": _sign_in_for(there)})
    return render(request, "parts/signed_out.html", status=HTTPStatus.UNAUTHORIZED)


def _unsaved(request: HttpRequest, texts: list[UnsavedText]) -> HttpResponse:
    context = {"texts": texts, "sign_in": _sign_in_for(page_of_form(request))}
    answer = render(request, "unsaved.html", context, status=HTTPStatus.UNAUTHORIZED)
    add_never_cache_headers(answer)
    return answer


def _sign_in() -> str:
    return resolve_url(settings.LOGIN_URL)


def _sign_in_for(page: str) -> str:
    return f"{_sign_in()}?{urlencode({'next': page})}"


def _leads_to_sign_in(response: HttpResponse) -> bool:
    return (
        response.status_code == HTTPStatus.FOUND
        and urlsplit(response.headers["Location"]).path == _sign_in()
    )


class SecondFactorMiddleware:
    """Staff and administrators see nothing but the sign-in pages until a second factor is set."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or lead to the page where a second factor is added."""
        if _lacks_second_factor(request):
            messages.warning(
                request,
                _("Your role needs a second factor: add an authenticator app or a passkey."),
            )
            return redirect("mfa_index")
        return self.get_response(request)


def _lacks_second_factor(request: HttpRequest) -> bool:
    user = request.user
    if not settings.REQUIRE_SECOND_FACTOR or not user.is_authenticated:
        return False
    if not user.needs_second_factor or request.path.startswith(("/accounts/", "/static/")):
        return False
    return not is_mfa_enabled(user)
