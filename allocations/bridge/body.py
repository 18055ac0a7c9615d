"""Reads a request's JSON, gzip or not, within a bound on its unpacked size."""

import json
import re
import zlib
from typing import Any, NoReturn, cast

from django.conf import settings
from django.http import HttpRequest
from ninja.parser import Parser
from pydantic_core import from_json

_GZIP = 16 + zlib.MAX_WBITS

# An escaped NUL, after any number of escaped backslashes; PostgreSQL's text cannot hold one.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")

# There one row's NUL is that row's fault alone.
ROWS_STAND_ALONE = "/jobs"


class BodyError(Exception):
    """The body cannot be read, for a reason that its sender should be told."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class BridgeParser(Parser):
    """Unpacks gzip bodies; a bomb is cut off at the limit, not unpacked first."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the JSON object of the body, or raise BodyError."""
        encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in {"identity", "gzip"}:
            raise BodyError(400, "The body's Content-Encoding must be gzip, or none.")
        body = request.body if encoding == "identity" else _unpacked(request.body)
        return _parsed(body, allows_nul=request.path.endswith(ROWS_STAND_ALONE))


def _unpacked(body: bytes) -> bytes:
    limit = settings.MAX_BRIDGE_BODY_BYTES
    unpacker = zlib.decompressobj(_GZIP)
    try:
        unpacked = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise BodyError(400, "The body is not gzip, though its header says so.") from error
    if len(unpacked) > limit:
        raise BodyError(413, "The unpacked body is too large; send smaller batches.")
    if not unpacker.eof:
        raise BodyError(400, "The gzip body is cut off; send it again.")
    if unpacker.unused_data:
        raise BodyError(400, "Something follows the gzip body.")
    return unpacked


def _parsed(body: bytes, *, allows_nul: bool) -> dict[str, Any]:
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError:
        value = _read_slowly(body)
    if not isinstance(value, dict):
        raise BodyError(422, "The body must be one JSON object.")
    if not allows_nul and _NUL.search(body.decode()):
        raise BodyError(422, "The body holds a NUL character.")
    return cast(dict[str, Any], value)


def _read_slowly(body: bytes) -> Any:
    """By the parser that reads halves of characters, too, and says what is wrong and where."""
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise BodyError(400, f"The body is not UTF-8 at byte {error.start}.") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BodyError(400, f"The body is not JSON: {error.msg} at {place}.") from error
    except (ValueError, RecursionError) as error:
        raise BodyError(400, "The body is not JSON that the contract can hold.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
