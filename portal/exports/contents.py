"""What is in each file, written row by row while progress is told."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time
from io import TextIOWrapper
from itertools import pairwise
from typing import IO, Any, TypeAlias

from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import Permission
from allocations.actions.job_months import kept_months
from allocations.models import Job
from allocations.rules.spreadsheets import safe_cell
from portal.exports.paper import programme_as_pdf
from portal.models import Export, FileFormat, ReportKind
from portal.programme.figures import Places, Programme, programme
from portal.programme.files import json_bytes, programme_as
from portal.programme.forms import ProgrammeForm
from portal.reports.exports import report_as_csv, report_as_json
from portal.reports.forms import ReportForm
from portal.reports.queries import usage_report
from portal.reports.workbook import Sheet, write_workbook

Tell: TypeAlias = Callable[[int, int], None]
"""Told how many rows of how many are written; it may raise to stop."""

_ROWS_A_TELL = 5_000

PERMISSIONS: dict[str, Permission] = {
    ReportKind.PROGRAMME: Permission.REPORTS_VIEW,
    ReportKind.USAGE: Permission.REPORTS_VIEW,
    ReportKind.JOBS: Permission.OVERVIEW_VIEW,
}
"""What each report needs; that of jobs names people and what they run."""

FORMATS: dict[str, tuple[FileFormat, ...]] = {
    ReportKind.PROGRAMME: (FileFormat.PDF, FileFormat.XLSX, FileFormat.CSV, FileFormat.JSON),
    ReportKind.USAGE: (FileFormat.XLSX, FileFormat.CSV, FileFormat.JSON),
    ReportKind.JOBS: (FileFormat.XLSX, FileFormat.CSV),
}
"""In which formats each report can be had."""

_JOB_COLUMNS = (
    "site__code", "job_id", "array_job_id", "array_task_id", "project__name", "username",
    "partition", "state", "name", "submitted_at", "started_at", "ended_at",
    "gpus", "cpus", "nodes", "exit_code",
)  # fmt: skip
_JOB_HEADINGS = tuple(name.replace("__", "_") for name in _JOB_COLUMNS)


def kinds_for(person: User) -> list[ReportKind]:
    """The reports that somebody may have."""
    return [kind for kind in ReportKind if person.may(PERMISSIONS[kind])]


class SelectionError(Exception):
    """What the file should be about can no longer be selected: a site or track is gone."""


def write_contents(export: Export, target: IO[bytes], tell: Tell) -> None:
    """Write the file of an export."""
    if export.kind == ReportKind.PROGRAMME:
        found = _programme(export.query)
        tell(0, 1)
        as_pdf = export.file_format == FileFormat.PDF
        target.write(programme_as_pdf(found) if as_pdf else programme_as(export.file_format, found))
        tell(1, 1)
    elif export.kind == ReportKind.USAGE:
        _write_usage(export, target)
    else:
        _write_jobs(export, target, tell)


def _programme(query: dict[str, str]) -> Programme:
    places = Places.read()
    form = ProgrammeForm(query, places)
    if query and not form.is_valid():
        raise SelectionError(form.errors.as_text())
    return programme(form.selection(), places)


def _usage_form(query: dict[str, str]) -> ReportForm:
    form = ReportForm(query)
    if not form.is_valid():
        raise SelectionError(form.errors.as_text())
    return form


def _write_usage(export: Export, target: IO[bytes]) -> None:
    selection = _usage_form(export.query).selection()
    report = usage_report(selection)
    if export.file_format == FileFormat.CSV:
        target.write(("\ufeff" + report_as_csv(report)).encode())
        return
    document = report_as_json(report, selection)
    if export.file_format == FileFormat.JSON:
        target.write(json_bytes(document))
        return
    rows = document["rows"]
    columns = tuple(rows[0]) if rows else ("project",)
    write_workbook(target, [Sheet("Usage", columns, (tuple(row.values()) for row in rows))])


def _write_jobs(export: Export, target: IO[bytes], tell: Tell) -> None:
    jobs = _jobs(export.query)
    rows = _told(_month_by_month(jobs.values_list(*_JOB_COLUMNS)), jobs.count(), tell)
    if export.file_format == FileFormat.XLSX:
        write_workbook(target, [Sheet("Jobs", _JOB_HEADINGS, rows)])
        return
    text = TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(_JOB_HEADINGS)
    writer.writerows([_in_csv(cell) for cell in row] for row in rows)
    text.detach()


def _jobs(query: dict[str, str]) -> QuerySet[Job]:
    selection = _usage_form(query).selection()
    jobs = Job.objects.order_by()
    if selection.site is not None:
        jobs = jobs.filter(site=selection.site)
    if selection.track is not None:
        jobs = jobs.filter(project__track=selection.track)
    first, last = selection.period.first, selection.period.last
    if first is not None:
        jobs = jobs.filter(submitted_at__gte=datetime.combine(first, time.min, UTC))
    if last is not None:
        jobs = jobs.filter(submitted_at__lte=datetime.combine(last, time.max, UTC))
    return jobs


def _month_by_month(rows: QuerySet[Any, Any]) -> Iterator[Any]:
    """All rows, the oldest month first: PostgreSQL keeps what is not fetched yet, so not all."""
    starts = [datetime.combine(month, time.min, UTC) for month in kept_months()]
    for since, until in pairwise([None, *starts, None]):
        some = rows
        if since is not None:
            some = some.filter(submitted_at__gte=since)
        if until is not None:
            some = some.filter(submitted_at__lt=until)
        yield from some.iterator(_ROWS_A_TELL)


def _told(rows: Iterable[Any], total: int, tell: Tell) -> Iterator[Any]:
    done = 0
    tell(done, total)
    for row in rows:
        yield row
        done += 1
        if done % _ROWS_A_TELL == 0:
            tell(done, total)
    tell(done, total)


def _in_csv(cell: Any) -> Any:
    return cell.isoformat() if hasattr(cell, "isoformat") else safe_cell(cell)
