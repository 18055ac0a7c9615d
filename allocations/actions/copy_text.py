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
    line = "\t".join(["%s"] * len(fields)) + "\n"
    return "".join(map(line.__mod__, zip(*fields, strict=True)))


def _fields(column: Column) -> Sequence[object]:
    """Numbers, and text without what would end a field; of nothing the mark."""
    try:
        whole = "".join(column)  # type: ignore[arg-type]
    except TypeError:
        return [_NULL if value is None else value for value in column] if None in column else column
    if any(mark in whole for mark in _ESCAPES):
        return [_TO_ESCAPE.sub(_escaped, str(text)) for text in column]
    return column


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]
