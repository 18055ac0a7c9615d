"""How the budget of a project was used up at each site, and when it will be gone."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import accumulate

from django.db.models import Sum
from django.utils import timezone

from allocations.models import Allocation, DailyUsage, LedgerEntry, Project
from allocations.rules.forecast import DAYS_LOOKED_AT, Forecast, forecast
from allocations.rules.units import SECONDS_AN_HOUR
from portal.reports.ranges import MOST_POINTS

MINUTES_AN_HOUR = 60


@dataclass(frozen=True)
class Budget:
    """The GPU-hours of a project at one site, and what becomes of them."""

    site: str
    granted_hours: float
    left_hours: float
    starts_on: date
    ends_on: date
    counted_until: date
    """The day up to whose beginning everything is counted."""
    left_by_day: dict[date, float]
    """At the end of each day until `counted_until`, which itself has what is left now."""
    forecast: Forecast | None
    """None where it is too early to tell."""

    def left_on(self, day: date) -> float | None:
        """What was left at the end of a day; None before its start and after what is counted."""
        return self.left_by_day.get(day)

    def expected_on(self, day: date) -> tuple[float, float] | None:
        """The least and the most that will be left; None in the past, or too early to tell."""
        if self.forecast is None or not self.counted_until <= day <= self.ends_on:
            return None
        return self.forecast.left_after((day - self.counted_until).days, self.left_hours)


def budgets_of(project: Project, allocations: list[Allocation]) -> list[Budget]:
    """The budgets of the sites that have sent their accounting, in two queries.

    An adopted account has none, since its site limits it.
    """
    counted = {
        allocation: allocation.site.status.accounting_until.astimezone(UTC).date()
        for allocation in allocations
        if allocation.adopted_at is None
        and hasattr(allocation.site, "status")
        and allocation.site.status.accounting_until
    }
    if not counted:
        return []
    used = _used_by_day(project)
    granted = _granted_by_day(list(counted))
    return [
        _budget(allocation, used[allocation.site_id], granted[allocation.pk], until)
        for allocation, until in counted.items()
    ]


def points_of(budgets: list[Budget]) -> tuple[date, ...]:
    """Days from the first start to the last end, evenly apart, among them today."""
    first = min(budget.starts_on for budget in budgets)
    last = max(first, *(budget.ends_on for budget in budgets))
    now = now_among((first, last), budgets)
    step = timedelta(days=(last - first).days // MOST_POINTS + 1)
    before = [now - number * step for number in range((now - first) // step + 1)]
    after = [now + number * step for number in range(1, (last - now) // step + 1)]
    return (*reversed(before), *after)


def now_among(points: Sequence[date], budgets: list[Budget]) -> date:
    """The day up to which the budgets are counted, inside the points."""
    newest = max(budget.counted_until for budget in budgets)
    return min(max(newest, points[0]), points[-1])


def _used_by_day(project: Project) -> dict[int, dict[date, int]]:
    found: dict[int, dict[date, int]] = defaultdict(dict)
    rows = DailyUsage.objects.filter(project=project).values_list("site", "day")
    for site, day, seconds in rows.annotate(total=Sum("gpu_seconds")).order_by("day"):
        found[site][day] = seconds
    return found


def _granted_by_day(allocations: list[Allocation]) -> dict[int, dict[date, int]]:
    found: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    entries = LedgerEntry.objects.filter(allocation__in=allocations)
    for allocation, at, minutes in entries.values_list("allocation", "at", "gpu_minutes"):
        found[allocation][at.astimezone(UTC).date()] += minutes
    return found


def _budget(
    allocation: Allocation, used: dict[date, int], granted: dict[date, int], counted_until: date
) -> Budget:
    starts_on = min(allocation.starts_on, counted_until)
    days = [starts_on + timedelta(days=n) for n in range((counted_until - starts_on).days)]
    total_used, total_granted = _running(used), _running(granted)
    left = {
        day: max(total_granted(day) / MINUTES_AN_HOUR - total_used(day) / SECONDS_AN_HOUR, 0.0)
        for day in days
    }
    now = max(
        allocation.granted_minutes / MINUTES_AN_HOUR - allocation.used_seconds / SECONDS_AN_HOUR,
        0.0,
    )
    recent = [used.get(day, 0) / SECONDS_AN_HOUR for day in days[-DAYS_LOOKED_AT:]]
    is_over = allocation.ends_on < timezone.localdate()
    return Budget(
        site=allocation.site.name,
        granted_hours=allocation.granted_minutes / MINUTES_AN_HOUR,
        left_hours=now,
        starts_on=starts_on,
        ends_on=allocation.ends_on,
        counted_until=counted_until,
        left_by_day=left | {counted_until: now},
        forecast=None
        if is_over
        else forecast(remaining=now, used_by_day=recent, today=counted_until),
    )


def _running(by_day: dict[date, int]) -> Callable[[date], int]:
    """The sum of all that happened until a day, as a function of the day."""
    days = sorted(by_day)
    sums = [0, *accumulate(by_day[day] for day in days)]
    return lambda day: sums[bisect_right(days, day)]
