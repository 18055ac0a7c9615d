"""What projects were granted and used at each site, in a fixed number of queries.

Days are those of UTC, as Slurm's own reports count them. A site whose accounting was never read
has no figures at all: None, which is shown as “no data” and never as 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from django.db.models import BigIntegerField, Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from allocations.models import Allocation, DailyUsage, Job, Site, SiteStatus, Track
from allocations.states import AllocationState

SECONDS_A_MINUTE = 60


@dataclass(frozen=True)
class Period:
    """From one UTC day to another, both counted; None is open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Selection:
    """What a report is about."""

    period: Period = Period()
    site: Site | None = None
    track: Track | None = None


@dataclass(frozen=True)
class ReportRow:
    """A project at a site; seconds are GPU-seconds, exactly as Slurm counts them."""

    project: str
    title: str
    organisation: str
    track: str
    site: str
    account: str
    """What the project is called in the site's Slurm."""
    granted_seconds: int
    used_seconds: int | None
    """Inside the period."""
    remaining_seconds: int | None
    """Of the whole award, whatever the period."""
    jobs: int | None
    ends_on: date
    state: AllocationState


@dataclass(frozen=True)
class Total:
    """The sum of some rows; `sites_without_data` names what is missing from it."""

    name: str
    granted_seconds: int
    used_seconds: int | None
    remaining_seconds: int | None
    jobs: int | None
    sites_without_data: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """The rows and their sums."""

    rows: Sequence[ReportRow]
    read_until: dict[str, datetime | None]
    """For each site, up to when its accounting was read."""

    @cached_property
    def by_site(self) -> list[Total]:
        """One sum a site."""
        return [self._total(name, "site") for name in sorted({row.site for row in self.rows})]

    @cached_property
    def by_track(self) -> list[Total]:
        """One sum a track."""
        return [self._total(name, "track") for name in sorted({row.track for row in self.rows})]

    def _total(self, name: str, column: str) -> Total:
        return _sum_up(name, [row for row in self.rows if getattr(row, column) == name])


def usage_report(selection: Selection) -> Report:
    """The report, in two queries."""
    statuses = SiteStatus.objects.values_list("site__name", "accounting_until")
    read_until = dict.fromkeys(Site.objects.values_list("name", flat=True)) | dict(statuses)
    rows = [
        _row(allocation, has_data=read_until[allocation.site.name] is not None)
        for allocation in _allocations(selection)
    ]
    if selection.site is not None:
        read_until = {selection.site.name: read_until[selection.site.name]}
    return Report(rows=rows, read_until=read_until)


def _allocations(selection: Selection) -> QuerySet[Allocation]:
    found: QuerySet[Allocation] = (
        Allocation.objects.with_figures()
        .select_related("project__organisation", "project__track", "site")
        .annotate(
            used_in_period=Coalesce(_used(selection.period), 0, output_field=BigIntegerField()),
            jobs_in_period=Coalesce(_jobs(selection.period), 0),
        )
        .order_by("project__name", "site")
    )
    if selection.site is not None:
        found = found.filter(site=selection.site)
    if selection.track is not None:
        found = found.filter(project__track=selection.track)
    return found


def _used(period: Period) -> Subquery:
    usage = DailyUsage.objects.filter(project=OuterRef("project"), site=OuterRef("site"))
    if period.first is not None:
        usage = usage.filter(day__gte=period.first)
    if period.last is not None:
        usage = usage.filter(day__lte=period.last)
    return Subquery(usage.values("project").annotate(total=Sum("gpu_seconds")).values("total"))


def _jobs(period: Period) -> Subquery:
    """Runs that held resources inside the period."""
    jobs = Job.objects.filter(
        project=OuterRef("project"), site=OuterRef("site"), started_at__isnull=False
    )
    if period.first is not None:
        since = _midnight(period.first)
        jobs = jobs.filter(Q(counted_until__gt=since) | Q(started_at__gte=since))
    if period.last is not None and period.last < date.max:
        jobs = jobs.filter(started_at__lt=_midnight(period.last + timedelta(days=1)))
    return Subquery(jobs.order_by().values("project").annotate(total=Count("pk")).values("total"))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _row(allocation: Allocation, *, has_data: bool) -> ReportRow:
    granted = allocation.granted_minutes * SECONDS_A_MINUTE
    project = allocation.project
    return ReportRow(
        project=project.name,
        title=project.title,
        organisation=project.organisation.name,
        track=project.track.name,
        site=allocation.site.name,
        account=allocation.account_name,
        granted_seconds=granted,
        used_seconds=allocation.used_in_period if has_data else None,  # type: ignore[attr-defined]
        remaining_seconds=_remaining(allocation) if has_data else None,
        jobs=allocation.jobs_in_period if has_data else None,  # type: ignore[attr-defined]
        ends_on=allocation.ends_on,
        state=allocation.state,
    )


def _remaining(allocation: Allocation) -> int | None:
    """What is left of the award; an adopted account has none, since the site limits it."""
    if allocation.adopted_at is not None:
        return None
    granted = allocation.granted_minutes * SECONDS_A_MINUTE
    return max(granted - allocation.used_seconds, 0)


def _sum_up(name: str, rows: Iterable[ReportRow]) -> Total:
    rows = list(rows)
    known = [row for row in rows if row.used_seconds is not None]
    missing = {row.site for row in rows if row.used_seconds is None}
    has_data = bool(known) or not rows
    return Total(
        name=name,
        granted_seconds=sum(row.granted_seconds for row in rows),
        used_seconds=sum(row.used_seconds or 0 for row in known) if has_data else None,
        remaining_seconds=sum(row.remaining_seconds or 0 for row in known) if has_data else None,
        jobs=sum(row.jobs or 0 for row in known) if has_data else None,
        sites_without_data=tuple(sorted(missing)),
    )
