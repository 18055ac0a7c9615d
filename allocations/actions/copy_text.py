"""Columns as COPY reads them in its text format; this runs for every run of millions."""

import re
from collections.abc import Iterable, Sequence

# Whatever a user wrote as a job's name stays one field.
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_TO_ESCAPE = re.compile(r"[\\\t\n\r]")
_NULL = "\\N"

Column = Sequence[int | None] | Sequence[str]


def copy_text(columns: Iterable[Column]) -> str:
    """Lines of fields, of columns that are all of one length."""
    fields = [_fields(column) for column in columns]
    return "\n".join(map("\t".join, zip(*fields, strict=True))) + "\n"


def _fields(column: Column) -> Sequence[str]:
    """Numbers and nothings as text; text without what would end a field."""
    try:
        whole = "".join(column)  # type: ignore[arg-type]
    except TypeError:
        return [_NULL if value is None else str(value) for value in column]
    if any(mark in whole for mark in _ESCAPES):
        return [_TO_ESCAPE.sub(_escaped, str(text)) for text in column]
    return column  # type: ignore[return-value]


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]
