"""How the API says no: always one sentence in JSON, whatever went wrong."""

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from allocations.bridge.body import BodyError
from slurm_bridge.wire import ErrorAnswer

log = logging.getLogger(__name__)

# What every endpoint may answer beside its own; for the OpenAPI document.
ERRORS = dict.fromkeys((400, 401, 403, 413, 422, 500, 503), ErrorAnswer)

RETRY_AFTER_SECONDS = 5
LONGEST_SENTENCE = 500


def answer_errors(api: NinjaAPI) -> None:
    """Let the API answer every error as an `ErrorAnswer`."""
    api.add_exception_handler(AuthenticationError, _unauthenticated)
    api.add_exception_handler(ValidationError, malformed)
    api.add_exception_handler(HttpError, _refused)
    api.add_exception_handler(RequestDataTooBig, _too_big)
    api.add_exception_handler(DataError, _unstorable)
    api.add_exception_handler(OperationalError, database_away)
    api.add_exception_handler(InterfaceError, database_away)
    api.add_exception_handler(Exception, our_fault)


def _unauthenticated(request: HttpRequest, error: Any) -> HttpResponse:
    response = answer(401, "The token is missing, wrong or has run out; ask for a new one.")
    response["WWW-Authenticate"] = "Bearer"
    return response


def malformed(request: HttpRequest, error: Any) -> HttpResponse:
    """422, naming the first field that is wrong, and how many more are."""
    first = error.errors[0]
    where = ".".join(str(part) for part in first.get("loc", ()))
    count = len(error.errors)
    more = f" (and {count - 1} more)" if count > 1 else ""
    return answer(422, f"{where}: {first.get('msg', 'is not valid')}{more}")


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    # Ninja wraps whatever the parser raises, and would hide what it said.
    if isinstance(error.__cause__, BodyError):
        return answer(error.__cause__.status, str(error.__cause__))
    return answer(error.status_code, str(error))


def _too_big(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(413, "The body is too large; send smaller batches.")


def _unstorable(request: HttpRequest, error: Any) -> HttpResponse:
    log.warning("A bridge sent what the database cannot store: %s", error)
    return answer(422, "The body holds a value that the database cannot store.")


def database_away(request: HttpRequest, error: Any) -> HttpResponse:
    """503, with when to try again."""
    log.error("The database does not answer the API: %s", error)
    response = answer(503, "The portal's database cannot be reached; try again.")
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def our_fault(request: HttpRequest, error: Any) -> HttpResponse:
    """500 that tells nothing; the log has the rest."""
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return answer(500, "The portal failed; its log says why.")


def answer(status: int, sentence: str) -> HttpResponse:
    """A refusal: one sentence in JSON."""
    body = ErrorAnswer(error=sentence[:LONGEST_SENTENCE]).model_dump_json()
    return HttpResponse(body, status=status, content_type="application/json")
