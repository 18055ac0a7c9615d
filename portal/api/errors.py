"""How the API says no: one sentence in JSON, with the status that the pages would have."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from portal.api.tokens import TooOftenError

log = logging.getLogger(__name__)

LONGEST_SENTENCE = 500
RETRY_AFTER_SECONDS = 5


class ErrorAnswer(Schema):
    """Every refusal: what is wrong, in a sentence."""

    error: str


# What each address may answer beside its own; for the OpenAPI document.
ERRORS = dict.fromkeys((401, 403, 404, 422, 429, 500, 503), ErrorAnswer)


def answer_errors(api: NinjaAPI) -> None:
    """Let the API answer every error as an `ErrorAnswer`."""
    api.add_exception_handler(AuthenticationError, _unauthenticated)
    api.add_exception_handler(TooOftenError, _too_often)
    api.add_exception_handler(PermissionDenied, _forbidden)
    api.add_exception_handler(Http404, _missing)
    api.add_exception_handler(ValidationError, _malformed)
    api.add_exception_handler(HttpError, _refused)
    api.add_exception_handler(DataError, _unreadable)
    api.add_exception_handler(OperationalError, _database_away)
    api.add_exception_handler(InterfaceError, _database_away)
    api.add_exception_handler(Exception, _our_fault)


def _unauthenticated(request: HttpRequest, error: Any) -> HttpResponse:
    response = _answer(401, "The token is missing, wrong, revoked or has run out.")
    response["WWW-Authenticate"] = "Bearer"
    return response


def _too_often(request: HttpRequest, error: Any) -> HttpResponse:
    response = _answer(429, str(error))
    response["Retry-After"] = str(error.retry_after_seconds)
    return response


def _forbidden(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(403, "This token, or its person, may not read this.")


def _missing(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(404, "There is nothing of this name that you may see.")


def _malformed(request: HttpRequest, error: Any) -> HttpResponse:
    first = error.errors[0]
    where = ".".join(str(part) for part in first.get("loc", ()))
    return _answer(422, f"{where}: {first.get('msg', 'is not valid')}")


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(error.status_code, str(error))


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(422, "The address holds a value that cannot be looked for.")


def _database_away(request: HttpRequest, error: Any) -> HttpResponse:
    log.error("The database does not answer the API: %s", error)
    response = _answer(503, "The portal's database cannot be reached; try again.")
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _our_fault(request: HttpRequest, error: Any) -> HttpResponse:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _answer(500, "The portal failed; its log says why.")


def _answer(status: int, sentence: str) -> HttpResponse:
    body = ErrorAnswer(error=sentence[:LONGEST_SENTENCE]).model_dump_json()
    return HttpResponse(body, status=status, content_type="application/json")
