"""The page of one run: its facts, what its GPUs did, and what there is to say of it."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from allocations.access import job_for
from allocations.models import Job
from allocations.rules.gpu_words import verdict_sentence
from portal.reports.chart_table import chart_as_csv
from portal.reports.job_charts import chart_of_minutes, job_charts
from portal.reports.job_figures import GPUS_A_PAGE, GpuOfRun, JobReport, job_report
from portal.reports.job_timeline import SERIES, Window, window_of


@login_required
@require_safe
def job(request: SignedInRequest, name: str, site_code: str, run: str) -> HttpResponse:
    """The facts of a run, a verdict in plain words, and a timeline of each of its GPUs."""
    shown = job_for(request.user, name, site_code, run)
    report = job_report(shown)
    page = _page(request, report)
    window = _window(request, report)
    context = {
        "project": shown.project,
        "job": shown,
        "report": report,
        "sentence": verdict_sentence(report.verdict) if report.verdict else "",
        "page": page,
        "window": window,
        "months_kept": settings.GPU_MONTHS_KEPT,
        "charts": job_charts(list(page), window, csv_url=_csv_urls(request, shown))
        if window
        else [],
    }
    return render(request, "reports/job.html", context)


@login_required
@require_safe
def job_chart(
    request: SignedInRequest, name: str, site_code: str, run: str, series: str
) -> HttpResponse:
    """One chart's figures as CSV, each minute of its time."""
    shown = job_for(request.user, name, site_code, run)
    report = job_report(shown)
    window = _window(request, report)
    if window is None or series not in SERIES:
        raise Http404
    drawn = chart_of_minutes(series, list(_page(request, report)), window)
    return chart_as_csv(drawn, filename=f"job-{shown.shown_id}-{series}.csv")


def _page(request: SignedInRequest, report: JobReport) -> Page[GpuOfRun]:
    return Paginator(report.gpus, GPUS_A_PAGE).get_page(request.GET.get("page"))


def _window(request: SignedInRequest, report: JobReport) -> Window | None:
    """The six hours that the address asks for, or the whole run; nonsense is the whole run."""
    if report.run is None:
        return None
    part = request.GET.get("part", "")
    is_number = part.isascii() and part.isdigit() and len(part) < 7  # noqa: PLR2004
    return window_of(report.run, int(part) if is_number else None)


def _csv_urls(request: SignedInRequest, job: Job) -> Callable[[str], str]:
    """Where the CSV of each chart of the same time and GPUs lies."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    place = [job.project.name, job.site.code, job.db_index]
    return lambda key: reverse("job_chart", args=[*place, key]) + query
