"""Runs and projects by the GPU time that they left idle, as tables and as files."""

import csv
from collections.abc import Iterator
from datetime import UTC
from functools import cached_property
from typing import Any

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.http import StreamingHttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.lists import ListTable
from accounts.models import UnixIdentity
from accounts.numbers import grouped
from allocations.actions.gpu_mails import told_of
from allocations.gpu_verdicts import RunKey, jobs_by_run, key_of, verdicts_of
from allocations.models import GpuNotice, GpuRun, Job
from allocations.rules.gpu_words import verdict_sentence
from allocations.rules.spreadsheets import safe_cell
from allocations.rules.units import SECONDS_AN_HOUR
from slurm_bridge.gpu_verdict import Verdict

ROWS_AT_ONCE = 2000
MOST_IN_A_FILE = 100_000
_FIGURES = {"td": {"class": "figures text-lg-end"}, "th": {"class": "text-lg-end"}}


def shown_percent(share: float | None) -> str:
    """A share from 0 to 1 in whole percents."""
    return gettext("no data") if share is None else f"{100 * share:.0f} %"


def shown_idle_hours(seconds: float) -> str:
    """GPU-hours with one decimal."""
    return grouped(seconds / SECONDS_AN_HOUR, 1)


class RunWasteTable(ListTable):
    """One row a run: what its GPUs did, what is said of it, and the mail to whoever ran it."""

    job_id = tables.Column(verbose_name=_("Job"))
    project = tables.Column(verbose_name=_("Project"), order_by=("project__name",))
    username = tables.Column(verbose_name=_("User"))
    idle_seconds = tables.Column(verbose_name=_("Idle GPU-hours"), attrs=_FIGURES)
    busy = tables.Column(
        verbose_name=_("Busy"), empty_values=(), attrs=_FIGURES, order_by=("busy_share",)
    )
    said = tables.Column(verbose_name=_("What is said of it"), empty_values=(), orderable=False)
    last_sample_at = tables.Column(verbose_name=_("Measured until"))
    mail = tables.Column(verbose_name=_("Mail"), empty_values=(), orderable=False)

    class Meta:
        order_by = ("-idle_seconds",)

    @cached_property
    def _runs(self) -> list[GpuRun]:
        return [row.record for row in self.page.object_list]

    @cached_property
    def _jobs(self) -> dict[RunKey, Job]:
        return jobs_by_run(self._runs)

    @cached_property
    def _verdicts(self) -> dict[RunKey, Verdict | None]:
        return verdicts_of(self._runs, self._jobs)

    @cached_property
    def _told(self) -> dict[RunKey, GpuNotice]:
        return told_of(self._runs, GpuNotice.Kind.WASTE)

    @cached_property
    def _known_names(self) -> set[str]:
        names = {run.username for run in self._runs}
        known = UnixIdentity.objects.filter(username__in=names, user__is_active=True)
        return set(known.values_list("username", flat=True))

    def render_job_id(self, record: GpuRun) -> SafeString:
        """The number, the site, and whether it runs."""
        job = self._jobs.get(key_of(record))
        runs = job is not None and job.ended_at is None
        return format_html(
            '<a class="figures" href="{}">{}</a><div class="small text-body-secondary">{}{}</div>',
            reverse("project_job", args=[record.project.name, record.site.code, record.db_index]),
            job.shown_id if job else record.job_id,
            record.site.name,
            f" · {gettext('running')}" if runs else "",
        )

    def render_project(self, record: GpuRun) -> SafeString:
        """The title, which leads to its use."""
        return format_html(
            '<a href="{}"><bdi>{}</bdi></a><div class="small font-monospace">{}</div>',
            reverse("project_report", args=[record.project.name]),
            record.project.title,
            record.project.name,
        )

    def render_idle_seconds(self, record: GpuRun) -> str:
        """GPU-hours at 0 %."""
        return shown_idle_hours(record.idle_seconds)

    def render_busy(self, record: GpuRun) -> str:
        """The mean of all its GPUs."""
        return shown_percent(record.mean_utilisation)

    def render_said(self, record: GpuRun) -> str:
        """The verdict in a sentence."""
        verdict = self._verdicts.get(key_of(record))
        return verdict_sentence(verdict) if verdict else gettext("Too little was measured.")

    def render_last_sample_at(self, record: GpuRun) -> str:
        """When, in Brussels."""
        return date_format(timezone.localtime(record.last_sample_at), "SHORT_DATETIME_FORMAT")

    def render_mail(self, record: GpuRun) -> SafeString | str:
        """A button while there is a reason and nobody was told; else who was told when."""
        notice = self._told.get(key_of(record))
        if notice is not None:
            return gettext("sent on %(day)s") % {
                "day": date_format(timezone.localtime(notice.sent_at), "SHORT_DATE_FORMAT")
            }
        verdict = self._verdicts.get(key_of(record))
        if verdict is None or not verdict.is_waste:
            return "—"
        if record.username not in self._known_names:
            return gettext("no account here")
        return format_html(
            '<form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken"'
            ' value="{}"><input type="hidden" name="next" value="{}">'
            '<button type="submit" class="btn btn-sm btn-outline-primary text-nowrap">{}'
            '<span class="visually-hidden">: {}</span></button></form>',
            reverse("mail_about_waste", args=[record.pk]),
            get_token(self.request),
            self.request.get_full_path(),
            gettext("Write to the user"),
            record.job_id,
        )


class ProjectWasteTable(ListTable):
    """One row a project and site."""

    project__name = tables.Column(verbose_name=_("Project"))
    site__name = tables.Column(verbose_name=_("Site"))
    idle_sum = tables.Column(verbose_name=_("Idle GPU-hours"), attrs=_FIGURES)
    idle_part = tables.Column(verbose_name=_("Of the measured time"), attrs=_FIGURES)
    busy_share = tables.Column(verbose_name=_("Busy"), attrs=_FIGURES)

    class Meta:
        order_by = ("-idle_sum",)

    def render_project__name(self, record: dict[str, Any]) -> SafeString:
        """The title, which leads to its use."""
        return format_html(
            '<a href="{}"><bdi>{}</bdi></a><div class="small font-monospace">{}</div>',
            reverse("project_report", args=[record["project__name"]]),
            record["project__title"],
            record["project__name"],
        )

    def render_idle_sum(self, value: float) -> str:
        """GPU-hours at 0 %."""
        return shown_idle_hours(value)

    def render_idle_part(self, value: float) -> str:
        """Whole percents."""
        return shown_percent(value)

    def render_busy_share(self, value: float) -> str:
        """Whole percents."""
        return shown_percent(value)


def runs_as_csv(runs: QuerySet[GpuRun]) -> StreamingHttpResponse:
    """The runs as a file, those that wasted most first; times are UTC."""
    return _file("gpu-waste-jobs.csv", _run_lines(runs))


def projects_as_csv(rows: QuerySet[Any, dict[str, Any]]) -> StreamingHttpResponse:
    """The projects as a file."""
    return _file("gpu-waste-projects.csv", _project_lines(rows))


def _file(name: str, lines: Iterator[list[object]]) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())
    return StreamingHttpResponse(
        (writer.writerow([safe_cell(cell) for cell in line]) for line in lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        """Hand the line back."""
        return line


def _run_lines(runs: QuerySet[GpuRun]) -> Iterator[list[object]]:
    yield ["job_id", "site", "project", "user", "gpus", "first_sample", "last_sample",
           "measured_gpu_hours", "idle_gpu_hours", "utilisation"]  # fmt: skip
    most = runs.order_by(F("idle_seconds").desc(), "pk")[:MOST_IN_A_FILE]
    for run in most.iterator(chunk_size=ROWS_AT_ONCE):
        yield [
            run.job_id, run.site.name, run.project.name, run.username, run.gpus,
            run.first_sample_at.astimezone(UTC).isoformat(),
            run.last_sample_at.astimezone(UTC).isoformat(),
            f"{run.measured_seconds / SECONDS_AN_HOUR:.4f}",
            f"{run.idle_seconds / SECONDS_AN_HOUR:.4f}",
            "" if run.mean_utilisation is None else f"{run.mean_utilisation:.4f}",
        ]  # fmt: skip


def _project_lines(rows: QuerySet[Any, dict[str, Any]]) -> Iterator[list[object]]:
    yield ["project", "title", "site", "idle_gpu_hours", "idle_share", "utilisation"]
    for row in rows.order_by("-idle_sum")[:MOST_IN_A_FILE]:
        yield [
            row["project__name"], row["project__title"], row["site__name"],
            f"{row['idle_sum'] / SECONDS_AN_HOUR:.4f}",
            f"{row['idle_part']:.4f}", f"{row['busy_share']:.4f}",
        ]  # fmt: skip
