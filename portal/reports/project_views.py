"""What a project used, for its members and for staff: charts, their CSV, the largest jobs."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import project_for
from allocations.models import Allocation, Project
from allocations.tables.checked import Checked, checked_figures
from portal.reports.burn_down import budgets_of
from portal.reports.burn_down_chart import burn_down_chart
from portal.reports.chart_table import chart_as_csv
from portal.reports.charts import Chart
from portal.reports.project_figures import (
    MEMBERS_SHOWN,
    allocations_of,
    largest_jobs,
    project_figures,
    read_until,
    span_of,
)
from portal.reports.ranges import RangeForm, TimeRange, utc_today
from portal.reports.usage_charts import outcomes_chart, use_chart, waits_chart


@login_required
@require_safe
def project_report(request: SignedInRequest, name: str) -> HttpResponse:
    """The page: burn-down, daily use by site and member, waits, outcomes, largest jobs."""
    shown = _project(request, name)
    allocations = allocations_of(shown)
    form = RangeForm(request.GET, allocation=span_of(allocations, utc_today()))
    time = form.selected()
    context = {
        "project": shown,
        "form": form,
        "range": time,
        "allocations": allocations,
        "checks": _checks(allocations),
        "charts": _charts(request, shown, allocations, time),
        "jobs": largest_jobs(shown, time),
    }
    return render(request, "reports/project.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def project_chart(request: SignedInRequest, name: str, chart: str) -> HttpResponse:
    """One chart's figures as CSV."""
    shown = _project(request, name)
    allocations = allocations_of(shown)
    form = RangeForm(request.GET, allocation=span_of(allocations, utc_today()))
    charts = _charts(request, shown, allocations, form.selected())
    found = [item for item in charts if item.key == chart]
    if not found or form.errors:
        raise Http404
    return chart_as_csv(found[0], filename=f"{shown.name}-{chart}.csv")


def _checks(allocations: list[Allocation]) -> list[tuple[str, Checked | None]]:
    checked = checked_figures(allocations)
    return [(allocation.site.name, checked.get(allocation.pk)) for allocation in allocations]


def _project(request: SignedInRequest, name: str) -> Project:
    projects = Project.objects.select_related("track", "organisation")
    return project_for(request.user, name, Permission.PROJECT_VIEW, among=projects)


def _charts(
    request: SignedInRequest, project: Project, allocations: list[Allocation], time: TimeRange
) -> list[Chart]:
    csv_url = _csv_urls(request, project)
    found = project_figures(project, time)
    budgets = budgets_of(project, allocations)
    until = read_until(allocations)
    newest = max((day for day in until.values() if day), default=None)
    by_site = {site: found.seconds_by_site.get(site, {}) for site in until}
    return [
        *([burn_down_chart(budgets, csv_url=csv_url("burn-down"))] if budgets else []),
        use_chart(
            by_site, time, key="by-site", title=_("Use by site"),
            most=len(by_site), read_until=until.get, csv_url=csv_url("by-site"),
        ),
        use_chart(
            found.seconds_by_member, time, key="by-member", title=_("Use by member"),
            most=MEMBERS_SHOWN, read_until=lambda _name: newest, csv_url=csv_url("by-member"),
        ),
        waits_chart(found.waits, time, csv_url=csv_url("waits")),
        outcomes_chart(found.jobs_by_state, time, until=newest, csv_url=csv_url("outcomes")),
    ]  # fmt: skip


def _csv_urls(request: SignedInRequest, project: Project) -> Callable[[str], str]:
    """Where the CSV of each chart of the same time lies."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return lambda key: reverse("project_chart", args=[project.name, key]) + query
