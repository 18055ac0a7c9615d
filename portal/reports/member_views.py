"""What somebody used themselves: their jobs, their share, their waits."""

from collections.abc import Callable, Mapping

from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from allocations.models import DailyUsage, Job, Project
from allocations.rules.units import SECONDS_AN_HOUR
from portal.reports.chart_table import chart_as_csv
from portal.reports.charts import Chart, Series
from portal.reports.my_waits import my_waits
from portal.reports.project_figures import by_most, points_by
from portal.reports.ranges import RangeForm, TimeRange
from portal.reports.staff_figures import read_until_by_site
from portal.reports.usage_charts import use_chart, waits_chart

PROJECTS_SHOWN = 6
LATEST_JOBS = 15


@login_required
@require_safe
def my_use(request: SignedInRequest) -> HttpResponse:
    """My use by project, my share of each, my waits and my latest jobs."""
    form = RangeForm(request.GET)
    time = form.selected()
    username = username_of(request.user)
    context = {
        "form": form,
        "range": time,
        "username": username,
        "charts": _charts(request, username, time),
        "jobs": Job.objects.filter(username=username)
        .select_related("site")
        .order_by("-submitted_at")[:LATEST_JOBS],
    }
    return render(request, "reports/mine.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def my_chart(request: SignedInRequest, chart: str) -> HttpResponse:
    """One chart's figures as CSV."""
    form = RangeForm(request.GET)
    charts = _charts(request, username_of(request.user), form.selected())
    found = [item for item in charts if item.key == chart]
    if not found or form.errors:
        raise Http404
    return chart_as_csv(found[0], filename=f"my-{chart}.csv")


def username_of(person: User) -> str:
    """Somebody's name on the clusters; empty before any project, and no job has that."""
    return getattr(getattr(person, "unix_identity", None), "username", "")


def _csv_urls(request: SignedInRequest) -> Callable[[str], str]:
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return lambda key: reverse("my_chart", args=[key]) + query


def _charts(request: SignedInRequest, username: str, time: TimeRange) -> list[Chart]:
    csv_url = _csv_urls(request)
    mine = DailyUsage.objects.filter(username=username, day__range=(time.first, time.last))
    by_project = by_most(points_by(mine, "project__name", time, of="gpu_seconds"))
    until = max((day for day in read_until_by_site().values() if day), default=None)
    return [
        use_chart(
            by_project, time, key="my-use",
            title=_("My use by project"), most=PROJECTS_SHOWN, read_until=lambda _name: until,
            csv_url=csv_url("my-use"),
        ),
        _share_chart(
            {name: sum(points.values()) for name, points in by_project.items()}, time,
            csv_url=csv_url("my-share"),
        ),
        waits_chart(my_waits(username, time), time, csv_url=csv_url("waits")),
    ]  # fmt: skip


def _share_chart(mine: Mapping[str, int], time: TimeRange, *, csv_url: str) -> Chart:
    """How much of each project's use was mine."""
    used = DailyUsage.objects.filter(
        project__in=Project.objects.filter(name__in=list(mine)), day__range=(time.first, time.last)
    )
    rows = used.values_list("project__name").annotate(total=Sum("gpu_seconds")).order_by()
    total = dict(rows)
    names = tuple(mine)
    others = tuple((total[name] - mine[name]) / SECONDS_AN_HOUR for name in names)
    parts = ", ".join(
        _("%(percent)d %% of %(name)s")
        % {"percent": round(100 * mine[name] / total[name]) if total[name] else 0, "name": name}
        for name in names
    )
    return Chart(
        key="my-share",
        title=_("My share of each project"),
        summary=_("I used %(parts)s.") % {"parts": parts} if parts else _("I used nothing."),
        heading=_("Project"),
        points=names,
        series=(
            Series(_("mine"), tuple(mine[name] / SECONDS_AN_HOUR for name in names), stack="use"),
            Series(_("of others"), others, stack="use", colour=6),
        ),
        unit=_("GPU-hours"),
        is_lying=True,
        csv_url=csv_url,
    )
