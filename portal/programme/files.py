"""The programme's figures as CSV, JSON and a spreadsheet."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from io import BytesIO, StringIO
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from allocations.rules.spreadsheets import safe_cell
from portal.programme.figures import Programme
from portal.programme.rows import COLUMNS, definition_rows, figure_rows, selection_words
from portal.reports.workbook import Sheet, write_workbook

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def programme_as(file_format: str, found: Programme) -> bytes:
    """The figures in one of the formats csv, json and xlsx."""
    write = {"csv": _csv, "json": _json, "xlsx": _xlsx}[file_format]
    return write(found)


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A heading and rows that no spreadsheet executes; an empty cell is “no data”."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    # The mark tells spreadsheets that this is UTF-8.
    return ("\ufeff" + text.getvalue()).encode()


def json_bytes(document: Any) -> bytes:
    """A JSON document with dates in ISO 8601."""
    return json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()


def _csv(found: Programme) -> bytes:
    return csv_bytes(COLUMNS, (astuple(row) for row in figure_rows(found)))


def _json(found: Programme) -> bytes:
    figures = [dict(zip(COLUMNS, astuple(row), strict=True)) for row in figure_rows(found)]
    return json_bytes(
        {
            "selection": selection_words(found),
            "figures": figures,
            "definitions": definition_rows(),
        }
    )


def _xlsx(found: Programme) -> bytes:
    definitions = definition_rows()
    words = selection_words(found)
    target = BytesIO()
    write_workbook(
        target,
        [
            Sheet(_("Figures"), COLUMNS, (astuple(row) for row in figure_rows(found))),
            Sheet(
                _("Selection"),
                ("key", "value"),
                ((key, _in_cell(value)) for key, value in words.items()),
            ),
            Sheet(
                _("Definitions"),
                tuple(definitions[0]),
                (tuple(row.values()) for row in definitions),
            ),
        ],
    )
    return target.getvalue()


def _in_cell(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value
