"""What staff look at of all sites and projects: from sums of days and months, never from jobs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allocations.models import (
    Allocation,
    DailyUsage,
    JobOutcome,
    Project,
    ProjectMonth,
    Site,
    SiteDay,
    SiteStatus,
)
from allocations.rules.anomalies import (
    has_many_failures,
    is_far_above_usual,
    is_wait_far_above_usual,
)
from allocations.rules.outcomes import GOOD_ENDS
from allocations.rules.risks import Risk, risks_of
from allocations.rules.units import SECONDS_AN_HOUR
from allocations.stored_texts import in_readers_language
from portal.remembered import Remembered, Standing, standings
from portal.reports.project_figures import ByPoint, by_most, point_of
from portal.reports.ranges import TimeRange, last_days
from portal.reports.settled import SETTLED, Span, in_any, in_two_parts, span_of_day
from portal.reports.site_waits import WaitsBySite, waits_before_and_since
from portal.reports.sums import total_of
from portal.reports.waits import wait_at

ANOMALY_DAYS = 7
USUAL_DAYS = 28


@dataclass(frozen=True)
class SiteLine:
    """One site beside the others; None is “no data”."""

    name: str
    gpus_total: int | None
    gpus_allocated: int | None
    jobs_running: int | None
    jobs_pending: int | None
    is_late: bool
    used_seconds: int | None
    """In the time, and likewise what follows."""
    jobs_ended: int | None
    jobs_failed: int | None
    half_waited: float | None
    most_waited: float | None
    read_until: date | None
    """Up to which day its accounting was read."""

    @property
    def occupancy_percent(self) -> int | None:
        """How many of its GPUs are allocated now."""
        if not self.gpus_total or self.gpus_allocated is None:
            return None
        return round(100 * self.gpus_allocated / self.gpus_total)


@dataclass(frozen=True)
class AtRisk:
    """An allocation that deserves a look, and why."""

    project: str
    title: str
    site: str
    used_percent: int
    ends_on: date
    risks: list[Risk]

    @property
    def reasons(self) -> list[tuple[str, str | Promise]]:
        """Each risk as a colour and words."""
        return [_RISK_WORDS[risk] for risk in self.risks]


_RISK_WORDS: dict[Risk, tuple[str, str | Promise]] = {
    Risk.MUCH_USED: ("warning", _("nearly used up")),
    Risk.LITTLE_USED: ("info", _("little used")),
    Risk.ENDS_SOON: ("secondary", _("ends soon")),
}


@dataclass(frozen=True)
class Anomaly:
    """Something far from usual: `kind` is use, failures or wait."""

    kind: str
    day: date | None
    project: str
    site: str
    figure: float
    usual: float


@dataclass(frozen=True)
class UsedInTime:
    """What was used in a time, in one query."""

    by_site: dict[str, ByPoint]
    """GPU-seconds of each bar, and likewise by track."""
    by_track: dict[str, ByPoint]
    of_site: dict[str, tuple[int, int, int]]
    """The GPU-seconds of the whole time, and of its jobs those that ended and that failed."""


def used_in(time: TimeRange) -> UsedInTime:
    """What was used at each site and on each track."""
    sites: dict[str, ByPoint] = defaultdict(lambda: defaultdict(int))
    tracks: dict[str, ByPoint] = defaultdict(lambda: defaultdict(int))
    of_site: dict[str, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    shown = cache(in_readers_language)
    rows = SiteDay.objects.filter(day__range=(time.first, time.last))
    grouped = rows.annotate(point=point_of(time)).values_list("site__name", "track__name", "point")
    columns = ("gpu_seconds", "jobs_ended", "jobs_failed")
    sums = {f"sum_of_{column}": total_of(column) for column in columns}
    for site, track, point, seconds, ended, failed in grouped.annotate(**sums).order_by():
        sites[site][point] += seconds
        tracks[shown(track)][point] += seconds
        known = of_site[site]
        of_site[site] = (known[0] + seconds, known[1] + ended, known[2] + failed)
    return UsedInTime(sites, by_most(tracks), of_site)


def site_lines(sites: Iterable[Site], used: UsedInTime, waits: WaitsBySite) -> list[SiteLine]:
    """Every site, read with its status; `used` and `waits` are those of the time."""
    return [
        _line(
            site,
            used.of_site.get(site.name, (0, 0, 0)),
            _together(waits.get(site.name, {})),
        )
        for site in sites
    ]


def projects_at_risk(today: date) -> list[AtRisk]:
    """Running allocations that deserve a look, those that end first before the others."""
    running = (
        Allocation.objects.taken_up()
        .with_figures()
        .filter(adopted_at=None, starts_on__lte=today, ends_on__gte=today)
        .order_by("ends_on", "project__name")
        # Of hundreds few are shown, and objects of each would take long to make.
        .values_list(*_RISK_COLUMNS, named=True)
    )
    found = [(row, _risks_of(row, today)) for row in running]
    return [_at_risk(row, risks) for row, risks in found if risks]


_RISK_COLUMNS = (
    "project__name", "project__title", "site__name", "starts_on", "ends_on",
    "granted_minutes", "used_seconds",
)  # fmt: skip


_GRANTED_BY_TRACK = """
    SELECT project.track_id, SUM(entry.gpu_minutes)::bigint
    FROM allocations_ledgerentry entry
    JOIN allocations_allocation allocation ON allocation.id = entry.allocation_id
    JOIN allocations_project project ON project.id = allocation.project_id
    GROUP BY project.track_id
"""
_USED_BY_TRACK = """
    SELECT track.id, track.name, used.seconds
    FROM allocations_track track
    LEFT JOIN (
        SELECT track_id, SUM(gpu_seconds)::bigint AS seconds
        FROM allocations_siteday GROUP BY track_id
    ) used ON used.track_id = track.id
    ORDER BY track.name
"""
_GRANTED: Remembered[dict[int, int]] = Remembered(
    ("allocations.Allocation", "allocations.LedgerEntry", "allocations.Project")
)


def standing_of_overview() -> tuple[Standing, Standing]:
    """How things stand for what is settled, and for what was granted, in one question."""
    settled, granted = standings(SETTLED, _GRANTED)
    return settled, granted


def granted_and_used_by_track(standing: Standing) -> list[tuple[str, float, float]]:
    """For each track the GPU-hours that were ever granted and used."""
    granted = _GRANTED.answer(None, _granted_by_track, standing)
    with connection.cursor() as cursor:
        cursor.execute(_USED_BY_TRACK)
        return [
            (in_readers_language(name), granted.get(track, 0) / 60, (used or 0) / SECONDS_AN_HOUR)
            for track, name, used in cursor
            if track in granted or used is not None
        ]


def _granted_by_track() -> dict[int, int]:
    """The GPU-minutes of each track that ever had some."""
    with connection.cursor() as cursor:
        cursor.execute(_GRANTED_BY_TRACK)
        return dict(cursor.fetchall())


def _sum_alone(rows: QuerySet[Any], column: str) -> Subquery:
    """The sum of a column over all of these rows, None where there are none."""
    together = rows.order_by().annotate(together=Value(1)).values("together")
    return Subquery(together.annotate(total=Sum(column)).values("total"))


def anomalies(today: date, standing: Standing | None = None) -> list[Anomaly]:
    """What was far from usual in the last week."""
    recent = TimeRange(today - timedelta(days=ANOMALY_DAYS), today)
    failures = _many_failures(recent, standing)
    return [*_days_of_much_use(recent), *failures, *_long_waits(today)]


def _line(site: Site, used: tuple[int, int, int], waits: dict[int, int]) -> SiteLine:
    status: SiteStatus | None = getattr(site, "status", None)
    heard = (status.heartbeat if status else None) or {}
    has_data = status is not None and status.accounting_until is not None
    seconds, ended, failed = used
    return SiteLine(
        name=site.name,
        gpus_total=heard.get("gpus_total"),
        gpus_allocated=heard.get("gpus_allocated"),
        jobs_running=heard.get("jobs_running"),
        jobs_pending=heard.get("jobs_pending"),
        is_late=status is None or status.is_late,
        used_seconds=seconds if has_data else None,
        jobs_ended=ended if has_data else None,
        jobs_failed=failed if has_data else None,
        half_waited=wait_at(0.5, waits),
        most_waited=wait_at(0.9, waits),
        read_until=_day_of(status.accounting_until if status else None),
    )


def _together(waits: dict[date, dict[int, int]]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for jobs_by_bucket in waits.values():
        for bucket, jobs in jobs_by_bucket.items():
            found[bucket] += jobs
    return found


def _risks_of(row: Any, today: date) -> list[Risk]:
    return risks_of(
        granted=row.granted_minutes * 60,
        used=row.used_seconds,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        today=today,
    )


def _at_risk(row: Any, risks: list[Risk]) -> AtRisk:
    granted = row.granted_minutes * 60
    return AtRisk(
        project=row.project__name,
        title=row.project__title,
        site=row.site__name,
        used_percent=100 * row.used_seconds // granted if granted else 0,
        ends_on=row.ends_on,
        risks=risks,
    )


def _days_of_much_use(recent: TimeRange) -> Iterator[Anomaly]:
    """Days on which a project used over three times its daily mean of the last months."""
    since = (recent.first - timedelta(days=USUAL_DAYS)).replace(day=1)
    days = (recent.last - since).days
    months = ProjectMonth.objects.filter(
        project=OuterRef("project"), site=OuterRef("site"), month__gte=since
    )
    rows = (
        DailyUsage.objects.filter(day__range=(recent.first, recent.last))
        .values_list("day", "project", "site")
        .annotate(total=Sum("gpu_seconds"))
        .filter(total__gte=100 * SECONDS_AN_HOUR)
        .annotate(
            usual=_sum_alone(months, "gpu_seconds"),
            project_name=_name_of("project", Project.objects.all()),
            site_name=_name_of("site", Site.objects.all()),
        )
        .order_by("-day", "project_name")
    )
    for day, _project, _site, seconds, usual, project, site in rows:
        hours, mean = seconds / SECONDS_AN_HOUR, (usual or 0) / days / SECONDS_AN_HOUR
        if is_far_above_usual(hours=hours, usual_hours=mean):
            yield Anomaly("use", day, project, site, hours, mean)


def _many_failures(recent: TimeRange, standing: Standing | None) -> Iterator[Anomaly]:
    """Projects of whose jobs at a site many failed."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    key = ("jobs that failed",)
    for part in in_two_parts(_ended, recent.first, recent.last, key=key, standing=standing):
        for place, (ended, failed) in part.items():
            known = found.get(place, (0, 0))
            found[place] = (known[0] + ended, known[1] + failed)
    for (project, site), (ended, failed) in sorted(found.items()):
        if has_many_failures(failed=failed, ended=ended):
            yield Anomaly("failures", None, project, site, failed, ended)


def _ended(spans: Sequence[Span]) -> list[dict[tuple[str, str], tuple[int, int]]]:
    """In each span how many jobs of each project at each site ended, and how many failed."""
    failed = Sum("jobs", filter=~Q(state__in=GOOD_ENDS), default=0)
    rows = JobOutcome.objects.filter(in_any(spans)).annotate(span=span_of_day(spans))
    sums = rows.values_list("span", "project", "site").annotate(ended=Sum("jobs"), failed=failed)
    named = sums.annotate(
        project_name=_name_of("project", Project.objects.all()),
        site_name=_name_of("site", Site.objects.all()),
    )
    found: list[dict[tuple[str, str], tuple[int, int]]] = [{} for _span in spans]
    for span, _project, _site, of_all, of_these, project, site in named.order_by():
        found[span][project, site] = (of_all, of_these)
    return found


def _name_of(column: str, known: QuerySet[Any]) -> Subquery:
    """The name behind a number, looked up for each sum, and not for each of its many rows."""
    return Subquery(known.order_by().filter(pk=OuterRef(column)).values("name"))


def _long_waits(today: date) -> Iterator[Anomaly]:
    usual_time = last_days(USUAL_DAYS + ANOMALY_DAYS, today)
    week = last_days(ANOMALY_DAYS, today)
    for site, waits in waits_before_and_since(week.first, usual_time).items():
        recent, before = waits.get(week.first, {}), waits.get(usual_time.first, {})
        seconds, usual = wait_at(0.5, recent), wait_at(0.5, before)
        if is_wait_far_above_usual(seconds=seconds, usual_seconds=usual):
            yield Anomaly("wait", None, "", site, seconds or 0.0, usual or 0.0)


def read_until_by_site() -> dict[str, date | None]:
    """Up to which day each site's accounting was read; None: never."""
    read = Site.objects.values_list("name", "status__accounting_until")
    return {name: _day_of(until) for name, until in read}


def _day_of(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment else None
