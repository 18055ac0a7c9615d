"""How the API says no: one sentence in JSON, with the status that the pages would have."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from allocations.bridge.errors import answer, database_away, malformed, our_fault
from portal.api.tokens import TooOftenError
from slurm_bridge.wire import ErrorAnswer

# What each address may answer beside its own; for the OpenAPI document.
ERRORS = dict.fromkeys((401, 403, 404, 422, 429, 500, 503), ErrorAnswer)


def answer_errors(api: NinjaAPI) -> None:
    """Let the API answer every error as an `ErrorAnswer`."""
    api.add_exception_handler(AuthenticationError, _unauthenticated)
    api.add_exception_handler(TooOftenError, _too_often)
    api.add_exception_handler(PermissionDenied, _forbidden)
    api.add_exception_handler(Http404, _missing)
    api.add_exception_handler(ValidationError, malformed)
    api.add_exception_handler(HttpError, _refused)
    api.add_exception_handler(DataError, _unreadable)
    api.add_exception_handler(OperationalError, database_away)
    api.add_exception_handler(InterfaceError, database_away)
    api.add_exception_handler(Exception, our_fault)


def _unauthenticated(request: HttpRequest, error: Any) -> HttpResponse:
    response = answer(401, "The token is missing, wrong, revoked or has run out.")
    response["WWW-Authenticate"] = "Bearer"
    return response


def _too_often(request: HttpRequest, error: Any) -> HttpResponse:
    response = answer(429, str(error))
    response["Retry-After"] = str(error.retry_after_seconds)
    return response


def _forbidden(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(403, "This token, or its person, may not read this.")


def _missing(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(404, "There is nothing of this name that you may see.")


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(error.status_code, str(error))


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(422, "The address holds a value that cannot be looked for.")
