"""The report as files: CSV that no spreadsheet executes, and JSON with exact seconds."""

import csv
import io
from dataclasses import asdict
from typing import Any

from allocations.rules.spreadsheets import safe_cell
from portal.reports.queries import Report, ReportRow
from portal.reports.selection import Selection

_COLUMNS = (
    "project",
    "title",
    "organisation",
    "track",
    "site",
    "account",
    "state",
    "ends_on",
    "granted_gpu_seconds",
    "used_gpu_seconds",
    "remaining_gpu_seconds",
    "jobs",
)


def report_as_csv(report: Report) -> str:
    """A heading and one line for each project and site; an empty cell is “no data”."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    for row in report.rows:
        values = _exported(row)
        writer.writerow([safe_cell(values[column]) for column in _COLUMNS])
    return buffer.getvalue()


def report_as_json(report: Report, selection: Selection) -> dict[str, Any]:
    """Everything on the page, in seconds; null is “no data”."""
    return {
        "from": selection.period.first,
        "to": selection.period.last,
        "site": selection.site.code if selection.site else None,
        "track": selection.track.code if selection.track else None,
        "accounting_read_until": report.read_until,
        "rows": [_exported(row) for row in report.rows],
        "by_site": [asdict(total) for total in report.by_site],
        "by_track": [asdict(total) for total in report.by_track],
    }


def _exported(row: ReportRow) -> dict[str, Any]:
    return {
        "project": row.project,
        "title": row.title,
        "organisation": row.organisation,
        "track": row.figures.track,
        "site": row.figures.site,
        "account": row.account,
        "state": str(row.state),
        "ends_on": row.ends_on,
        "granted_gpu_seconds": row.figures.granted_seconds,
        "used_gpu_seconds": row.figures.used_seconds,
        "remaining_gpu_seconds": row.figures.remaining_seconds,
        "jobs": row.figures.jobs,
    }
