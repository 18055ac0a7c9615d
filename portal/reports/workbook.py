"""Spreadsheets with real dates and numbers, written row by row in constant memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import IO, Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from allocations.rules.spreadsheets import safe_cell

MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows; what is more goes on in another one."""
LONGEST_CELL = 32_767
_LEAST_WIDTH, _MOST_WIDTH = 12, 48
_WHOLE_DOUBLE = 2**53


@dataclass(frozen=True)
class Sheet:
    """A sheet's name, headings and rows."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def write_workbook(target: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Write a file that Excel and LibreOffice open, with the headings kept in sight."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write_sheet(book, sheet)
    book.save(target)


def _write_sheet(book: Any, sheet: Sheet) -> None:
    rows = iter(sheet.rows)
    for number, first in enumerate(chain([None], rows)):
        page = book.create_sheet(sheet.name if number == 0 else f"{sheet.name} {number + 1}")
        page.freeze_panes = "A2"
        for place, column in enumerate(sheet.columns, start=1):
            width = min(max(len(column) + 2, _LEAST_WIDTH), _MOST_WIDTH)
            page.column_dimensions[get_column_letter(place)].width = width
        page.append([_heading(page, column) for column in sheet.columns])
        begun = [] if first is None else [first]
        for row in islice(chain(begun, rows), MOST_ROWS):
            page.append([_cell(value) for value in row])


def _heading(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page, value=text)
    cell.font = Font(bold=True)
    return cell


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return safe_cell(ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[: LONGEST_CELL - 1])
    if isinstance(value, datetime):
        # A spreadsheet's times know no zone; these are Brussels' own.
        return timezone.make_naive(value)
    if isinstance(value, int) and abs(value) > _WHOLE_DOUBLE:
        return str(value)  # A spreadsheet's number would lose its last digits.
    return value
