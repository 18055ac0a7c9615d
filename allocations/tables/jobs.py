"""The list of jobs, on a page and as a file for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_tables2.rows import BoundRows

from accounts.lists import CappedPaginator, ListTable
from accounts.numbers import grouped
from accounts.permissions import Permission
from allocations.forms.jobs import STATES
from allocations.models import Job
from allocations.rules.spreadsheets import safe_cell
from allocations.rules.text import one_line
from allocations.rules.units import SECONDS_AN_HOUR

LONGEST_NAME = 40
ROWS_AT_ONCE = 2000
_STATE_LABELS = dict(STATES)


class JobTable(ListTable):
    """Jobs with their GPU-hours; names are what somebody typed, so they are cut and isolated.

    It is sorted by what has an index: a sort of all rows would take seconds among millions.
    """

    shown_id = tables.Column(verbose_name=_("Job"), order_by=("job_id",))
    name = tables.Column(orderable=False)
    site = tables.Column(accessor="site__name", verbose_name=_("Site"), orderable=False)
    username = tables.Column(orderable=False)
    state = tables.Column(orderable=False)
    submitted_at = tables.Column()
    gpus = tables.Column(orderable=False, attrs={"td": {"class": "figures text-lg-end"}})
    gpu_seconds = tables.Column(
        verbose_name=_("GPU-hours"), attrs={"td": {"class": "figures text-lg-end"}}
    )

    class Meta:
        model = Job
        fields = (
            "shown_id",
            "name",
            "site",
            "username",
            "state",
            "submitted_at",
            "gpus",
            "gpu_seconds",
        )
        order_by = "-submitted_at"
        empty_text = _("No jobs match.")

    def render_shown_id(self, value: str, record: Job) -> SafeString:
        """The id, which leads to the job's page."""
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), value)

    def render_name(self, value: str) -> SafeString:
        """At most forty characters; whatever direction they run in stays inside the cell."""
        return format_html("<bdi>{}</bdi>", Truncator(one_line(value)).chars(LONGEST_NAME))

    def render_submitted_at(self, value: datetime) -> str:
        """When it was submitted, where the portal is."""
        return date_format(localtime(value), "SHORT_DATETIME_FORMAT")

    def render_state(self, value: str) -> str:
        """What the state means, in a word or two."""
        return job_state(value)

    def render_gpu_seconds(self, value: int, record: Job) -> SafeString:
        """GPU-hours with two decimals, and whether they were given back or may be."""
        note = gettext("given back") if getattr(record, "is_credited", False) else ""
        return format_html(
            '{}<div class="small text-body-secondary">{}{}</div>',
            exact_hours(value),
            note,
            "" if note else self._way_to_credit(record),
        )

    def _way_to_credit(self, job: Job) -> SafeString | str:
        """For staff the way to give a run back that has ended."""
        reader = getattr(getattr(self, "request", None), "user", None)
        if reader is None or not reader.may(Permission.PROJECT_MANAGE):
            return ""
        if job.ended_at is None or job.started_at is None or not job.gpus:
            return ""
        submitted = int(job.submitted_at.timestamp())
        query = urlencode({"job": job.shown_id, "run": job.db_index, "submitted": submitted})
        return format_html(
            '<a href="{}?{}">{}<span class="visually-hidden">: {}</span></a>',
            reverse("lost_runs", args=[job.site.code]),
            query,
            gettext("Give back"),
            job.shown_id,
        )


class JobPaginator(CappedPaginator):
    """Of a page far behind finds out which jobs it has, and reads those.

    The thousands before it are passed over without what would be shown of them, mostly in an index.
    """

    def page(self, number: int | str) -> Page[Any]:
        """One page of the table."""
        wanted = self.validate_number(number)
        first = (wanted - 1) * self.per_page
        if first < _FAR:
            return super().page(number)
        jobs = self.object_list.data.data  # type: ignore[attr-defined]  # of a table's rows
        keys = list(jobs.values_list(*_KEY)[first : min(first + self.per_page, self.count)])
        each = [Q(**dict(zip(_KEY, key, strict=True))) for key in keys]
        found = jobs.filter(reduce(or_, each)).order_by() if each else jobs.none()
        by_key = {(job.submitted_at, job.db_index, job.site_id): job for job in found}
        rows = BoundRows(
            [by_key[key] for key in keys if key in by_key],
            self.object_list.table,  # type: ignore[attr-defined]
        )
        return Page(rows, wanted, self)


_KEY = ("submitted_at", "db_index", "site")
_FAR = 1_000
"""From which row on a second question costs less than the rows before."""


def job_state(state: str) -> str:
    """What a state of Slurm's accounting means, in a word or two."""
    return str(_STATE_LABELS.get(state, state))


def exact_hours(gpu_seconds: int) -> str:
    """GPU-hours with two decimals, for lists of jobs; a little is not nothing."""
    if 0 < gpu_seconds < SECONDS_AN_HOUR / 100:
        return gettext("under 0.01")
    return grouped(gpu_seconds / SECONDS_AN_HOUR, 2)


_HEADINGS = (
    "job_id", "name", "site", "user", "partition", "state",
    "submitted", "started", "ended", "nodes", "cpus", "gpus", "gpu_hours",
)  # fmt: skip


def jobs_as_csv(jobs: QuerySet[Job], *, filename: str) -> StreamingHttpResponse:
    """All these jobs as CSV, streamed; times are UTC."""
    rows = jobs.iterator(chunk_size=ROWS_AT_ONCE)
    return StreamingHttpResponse(
        _lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        """Hand the line back."""
        return line


def _lines(jobs: Iterable[Job]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(_HEADINGS)
    for job in jobs:
        yield writer.writerow([safe_cell(cell) for cell in _cells(job)])


def _cells(job: Job) -> tuple[object, ...]:
    return (
        job.shown_id, job.name, job.site.name, job.username, job.partition, job.state,
        _time(job.submitted_at), _time(job.started_at), _time(job.ended_at),
        job.nodes, job.cpus, job.gpus, f"{job.gpu_seconds / SECONDS_AN_HOUR:.4f}",
    )  # fmt: skip


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""
