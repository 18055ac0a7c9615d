"""All sites, tracks and projects at a glance, for staff."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from allocations.access import require
from allocations.models import Site
from allocations.tables.checked import checked_of, with_checks
from portal.remembered import Standing
from portal.reports.chart_table import chart_as_csv
from portal.reports.charts import Chart, Form, Series
from portal.reports.pool_charts import pool_charts
from portal.reports.ranges import RangeForm, TimeRange, step_words, utc_today
from portal.reports.site_waits import WaitsBySite, waits_by_site
from portal.reports.staff_figures import (
    SiteLine,
    UsedInTime,
    anomalies,
    granted_and_used_by_track,
    projects_at_risk,
    site_lines,
    standing_of_overview,
    used_in,
)
from portal.reports.usage_charts import SECONDS_A_MINUTE, use_chart
from portal.reports.waits import wait_at

ROWS_SHOWN = 25


@login_required
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """The sites side by side, tracks, projects at risk, anomalies."""
    require(request.user, Permission.OVERVIEW_VIEW)
    form = RangeForm(request.GET)
    time = form.selected()
    settled, granted = standing_of_overview()
    used, waits = used_in(time), waits_by_site(time, settled)
    sites = list(with_checks(Site.objects.select_related("status")))
    lines = site_lines(sites, used, waits)
    at_risk = projects_at_risk(utc_today())
    context = {
        "form": form,
        "range": time,
        "sites": lines,
        "checks": [(site.name, checked_of(site)) for site in sites],
        "charts": _charts(request, time, used, waits, lines, granted),
        "at_risk": at_risk[:ROWS_SHOWN],
        "at_risk_beyond": max(len(at_risk) - ROWS_SHOWN, 0),
        "anomalies": anomalies(utc_today(), settled)[:ROWS_SHOWN],
    }
    return render(request, "reports/overview.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def overview_chart(request: SignedInRequest, chart: str) -> HttpResponse:
    """One chart's figures as CSV."""
    require(request.user, Permission.OVERVIEW_VIEW)
    form = RangeForm(request.GET)
    time = form.selected()
    settled, granted = standing_of_overview()
    used, waits = used_in(time), waits_by_site(time, settled)
    lines = site_lines(Site.objects.select_related("status"), used, waits)
    found = [
        item for item in _charts(request, time, used, waits, lines, granted) if item.key == chart
    ]
    if not found or form.errors:
        raise Http404
    return chart_as_csv(found[0], filename=f"overview-{chart}.csv")


def _csv_urls(request: SignedInRequest) -> Callable[[str], str]:
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return lambda key: reverse("overview_chart", args=[key]) + query


def _charts(
    request: SignedInRequest,
    time: TimeRange,
    used: UsedInTime,
    waits: WaitsBySite,
    lines: list[SiteLine],
    granted: Standing,
) -> list[Chart]:
    csv_url = _csv_urls(request)
    until = {line.name: line.read_until for line in lines}
    newest = max((day for day in until.values() if day), default=None)
    return [
        use_chart(
            {site: used.by_site.get(site, {}) for site in until}, time, key="sites",
            title=_("Use by site"), most=len(until), read_until=until.get,
            csv_url=csv_url("sites"),
        ),
        use_chart(
            used.by_track, time, key="tracks",
            title=_("Use by track"), most=7, read_until=lambda _name: newest,
            csv_url=csv_url("tracks"),
        ),
        _waits_chart(time, waits, csv_url=csv_url("site-waits")),
        _grants_chart(granted, csv_url=csv_url("grants")),
        *pool_charts(
            timezone.localdate(), pools_csv=csv_url("pools"), quotas_csv=csv_url("quotas")
        ),
    ]  # fmt: skip


def _waits_chart(time: TimeRange, waits_at: WaitsBySite, *, csv_url: str) -> Chart:
    """Half and nine tenths of the jobs at each site."""
    points = time.points
    series = []
    for colour, (site, waits) in enumerate(waits_at.items()):
        for share, words, form in (
            (0.5, _("%(site)s, half waited less"), Form.LINE),
            (0.9, _("%(site)s, nine tenths waited less"), Form.DASHES),
        ):
            seconds = [wait_at(share, waits.get(point, {})) for point in points]
            minutes = tuple(None if s is None else s / SECONDS_A_MINUTE for s in seconds)
            series.append(Series(words % {"site": site}, minutes, form, colour=colour))
    return Chart(
        key="site-waits",
        title=_("Waiting in the queue"),
        summary=_("How long jobs waited from when they could have begun, by when they began."),
        heading=str(step_words(time.step)),
        points=points,
        series=tuple(series),
        unit=_("minutes"),
        csv_url=csv_url,
    )


def _grants_chart(standing: Standing, *, csv_url: str) -> Chart:
    """Of each track what was granted and used."""
    rows = granted_and_used_by_track(standing)
    return Chart(
        key="grants",
        title=_("Granted and used by track"),
        summary=_("All GPU-hours that were ever granted, and what was used of them."),
        heading=_("Track"),
        points=tuple(name for name, _granted, _used in rows),
        series=(
            Series(_("granted"), tuple(granted for _name, granted, _used in rows), colour=6),
            Series(_("used"), tuple(used for _name, _granted, used in rows), colour=0),
        ),
        unit=_("GPU-hours"),
        is_lying=True,
        csv_url=csv_url,
    )
