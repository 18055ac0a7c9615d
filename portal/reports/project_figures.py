"""What one project used, by rollups of days; job rows are read only by index, and few.

Days are those of UTC. A site whose accounting was never read has no figures: it is left out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from functools import partial
from typing import TypeVar

from django.db.models import DateField, F, Func, Model, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest

from allocations.models import Allocation, DailyUsage, Job, JobOutcome, Project
from allocations.queries import jobs_of
from portal.remembered import Standing
from portal.reports.project_waits import waits_in
from portal.reports.ranges import START_OF, TimeRange
from portal.reports.settled import SETTLED, Span, in_any, in_two_parts, span_of_day
from portal.reports.sums import total_of

MEMBERS_SHOWN = 6
LARGEST_JOBS = 10

ByPoint = dict[date, int]
_Rollup = TypeVar("_Rollup", bound=Model)
_Key = TypeVar("_Key")
_Inner = TypeVar("_Inner")


@dataclass(frozen=True)
class ProjectFigures:
    """Sums for each bar of the charts, by the first day of the bar."""

    seconds_by_site: Mapping[str, ByPoint]
    seconds_by_member: Mapping[str, ByPoint]
    """All who used anything, those who used most first."""
    jobs_by_state: Mapping[str, ByPoint]
    """Jobs that ended, the most frequent state first."""
    waits: Mapping[date, dict[int, int]]
    """How many jobs that began waited in which bucket."""

    @property
    def used_seconds(self) -> int:
        """All that was used in the time."""
        return sum(sum(points.values()) for points in self.seconds_by_site.values())


def project_figures(project: Project, time: TimeRange) -> ProjectFigures:
    """The figures of one project, in four queries."""
    usage = DailyUsage.objects.filter(project=project, day__range=(time.first, time.last))
    by_site, by_member = _seconds_by_site_and_member(usage, time)
    standing = SETTLED.standing()
    return ProjectFigures(
        seconds_by_site=by_most(by_site),
        seconds_by_member=by_most(by_member),
        jobs_by_state=by_most(_settled_and_new(_ends_in, project, time, standing)),
        waits=_settled_and_new(waits_in, project, time, standing),
    )


def _seconds_by_site_and_member(
    usage: QuerySet[DailyUsage], time: TimeRange
) -> tuple[dict[str, ByPoint], dict[str, ByPoint]]:
    by_site: dict[str, ByPoint] = defaultdict(lambda: defaultdict(int))
    by_member: dict[str, ByPoint] = defaultdict(lambda: defaultdict(int))
    grouped = usage.annotate(point=point_of(time)).values_list("site__name", "username", "point")
    for site, member, point, seconds in grouped.annotate(total=total_of("gpu_seconds")).order_by():
        by_site[site][point] += seconds
        by_member[member][point] += seconds
    return by_site, by_member


def largest_jobs(project: Project, time: TimeRange) -> list[Job]:
    """The jobs that were submitted in the time and used most, the largest first."""
    return list(
        jobs_of(project)
        .filter(submitted_at__gte=time.starts_at, submitted_at__lt=time.ends_at)
        .order_by("-gpu_seconds", "-db_index")[:LARGEST_JOBS]
    )


def points_by(
    rows: QuerySet[_Rollup], column: str, time: TimeRange, *, of: str
) -> dict[str, ByPoint]:
    """Sums of a column for each value of another, by bar; `rows` are of a rollup by day."""
    found: dict[str, ByPoint] = defaultdict(dict)
    grouped = rows.annotate(point=point_of(time)).values_list(column, "point")
    for name, point, total in grouped.annotate(total=total_of(of)).order_by():
        found[name][point] = total
    return found


def _ends_in(project: Project, time: TimeRange, spans: Sequence[Span]) -> list[dict[str, ByPoint]]:
    """How many of its jobs ended, by their state and bar of a time, in each of its spans."""
    found: list[dict[str, ByPoint]] = [defaultdict(dict) for _span in spans]
    rows = JobOutcome.objects.filter(in_any(spans), project=project)
    placed = rows.annotate(span=span_of_day(spans), point=point_of(time))
    sums = placed.values_list("span", "state", "point").annotate(total=total_of("jobs"))
    for span, state, point, jobs in sums.order_by():
        found[span][state][point] = jobs
    return found


def _settled_and_new(
    read: Callable[
        [Project, TimeRange, Sequence[Span]], Sequence[Mapping[_Key, dict[_Inner, int]]]
    ],
    project: Project,
    time: TimeRange,
    standing: Standing,
) -> dict[_Key, dict[_Inner, int]]:
    """Numbers of a project's jobs in a time; those of its settled days are remembered."""
    key = (read.__name__, project.pk, time)
    parts = in_two_parts(
        partial(read, project, time), time.first, time.last, key=key, standing=standing
    )
    return _added_up(parts)


def _added_up(
    parts: Iterable[Mapping[_Key, Mapping[_Inner, int]]],
) -> dict[_Key, dict[_Inner, int]]:
    """The sums of several parts, which stay as they are."""
    found: dict[_Key, dict[_Inner, int]] = {}
    for part in parts:
        for key, numbers in part.items():
            known = found.setdefault(key, {})
            for inner, number in numbers.items():
                known[inner] = known.get(inner, 0) + number
    return found


def point_of(time: TimeRange) -> Combinable:
    """In SQL what `TimeRange.start_of` is in Python."""
    if time.step == "day":
        return F("day")
    first = Value(time.first, output_field=DateField())
    return Greatest(_StartOf(F("day"), step=time.step), first)


class _StartOf(Func):
    """The first day of a day's week or month; Django's own looks up a time zone for each row."""

    output_field = DateField()

    def __init__(self, day: Combinable, *, step: str) -> None:
        super().__init__(day, template=START_OF[step].format(day="%(expressions)s"))


def allocations_of(project: Project) -> list[Allocation]:
    """The project's allocations with their figures, in one query."""
    found = Allocation.objects.with_figures().filter(project=project)
    return list(found.with_site_status().select_related("checked_total").order_by("-site__name"))


def span_of(allocations: list[Allocation], today: date) -> TimeRange | None:
    """From the first day of any allocation to the last of any, or today; None without any."""
    if not allocations:
        return None
    first = min(allocation.starts_on for allocation in allocations)
    last = min(max(allocation.ends_on for allocation in allocations), today)
    return TimeRange(first, max(first, last))


def read_until(allocations: list[Allocation]) -> dict[str, date | None]:
    """For each site of a project the day up to which its accounting was read; None: never."""
    found: dict[str, date | None] = {}
    for allocation in allocations:
        status = getattr(allocation.site, "status", None)
        until = status.accounting_until if status else None
        found[allocation.site.name] = until.astimezone(UTC).date() if until else None
    return found


def by_most(found: dict[str, ByPoint]) -> dict[str, ByPoint]:
    """The same, those with the largest sums first."""
    order = sorted(found, key=lambda name: (-sum(found[name].values()), name))
    return {name: found[name] for name in order}
