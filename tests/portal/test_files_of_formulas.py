"""Whatever people call themselves and their work, no file that they fetch runs in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import openpyxl
from django.db import models, transaction
from django.test import Client
from django.urls import NoReverseMatch

from accounts.models import Organisation, User
from allocations.models import Application, Job, Pool, Project, Site, Track
from portal.programme.files import CONTENT_TYPES
from tests.portal.permission_world import session_of
from tests.portal.route_table import all_routes

FORMULA = "=1+1"
NAMED: dict[type[models.Model], tuple[str, ...]] = {
    Application: ("title", "abstract"),
    Project: ("title",),
    Organisation: ("name",),
    User: ("first_name", "last_name"),
    Site: ("name",),
    Track: ("name",),
    Job: ("name", "username"),
}
READERS = ("administrator", "leader", "anonymous")
KINDS = ("csv", "xlsx")
FEWEST_FILES = 7
"""So many were found once; far fewer now would mean that they are not found."""


def test_no_file_that_anybody_fetches_has_a_cell_that_runs(
    people: dict[str, Any], values: dict[str, Any]
) -> None:
    for model, fields in NAMED.items():
        model._default_manager.update(**dict.fromkeys(fields, FORMULA))
    Pool.objects.update(name=FORMULA)
    files, shown = set(), 0
    for reader in READERS:
        for address, kind, content in _files(session_of(people[reader]), values):
            files.add(address)
            for cell in _cells(kind, content):
                assert not cell.startswith(("=", "+", "@", "\t")), f"{address}: {cell}"
                shown += FORMULA in cell
    assert len(files) >= FEWEST_FILES, files
    assert shown, "in some file stands what people wrote"


def _files(session: Any, values: dict[str, Any]) -> Iterator[tuple[str, str, bytes]]:
    client = Client()
    client.cookies = session
    for address in sorted(_addresses(values)):
        with transaction.atomic():
            answer: Any = client.get(address)
            content = answer.getvalue() if answer.status_code == 200 else b""
            transaction.set_rollback(True)
        kind = answer.headers.get("Content-Type", "").split(";")[0]
        for name in KINDS:
            if content and kind == CONTENT_TYPES[name].split(";")[0]:
                yield address, name, content


def _addresses(values: dict[str, Any]) -> set[str]:
    found = set()
    for route in all_routes():
        for kind in KINDS:
            try:
                found.add(route.address(values | {"file_format": kind}))
            except NoReverseMatch:
                continue
    return found


def _cells(kind: str, content: bytes) -> Iterable[str]:
    """The texts of a file; a formula of a workbook begins with its sign."""
    if kind == "csv":
        rows: Iterable[Iterable[Any]] = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    else:
        book = openpyxl.load_workbook(io.BytesIO(content))
        rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return (cell for row in rows for cell in row if isinstance(cell, str))
