"""What projects used in a time, from sums of whole months and, at its ends, from days."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet, Sum
from django.db.models.functions import Cast

from allocations.models import DailyUsage, JobOutcome, ProjectMonth

ProjectAtSite = tuple[int, int]
"""The numbers of a project and a site."""


@dataclass
class Used:
    """What a project used at a site, and how many of its jobs ended."""

    gpu_seconds: int = 0
    jobs_ended: int = 0


def total_of(column: str) -> Cast:
    """The sum as a whole number: the decimal one that it would be takes longer to read."""
    return Cast(Sum(column), BigIntegerField())


def used_by_projects(first: date | None, last: date | None) -> dict[ProjectAtSite, Used]:
    """Between two days, both counted; None is open. Three queries at the most."""
    months, days = _parts(first, last)
    found: dict[ProjectAtSite, Used] = defaultdict(Used)
    if months is not None:
        for project, site, seconds, jobs in _sums(months, "gpu_seconds", "jobs_ended"):
            used = found[project, site]
            used.gpu_seconds += seconds
            used.jobs_ended += jobs
    if days:
        for project, site, seconds in _sums(
            DailyUsage.objects.filter(_within(days)), "gpu_seconds"
        ):
            found[project, site].gpu_seconds += seconds
        ended = JobOutcome.objects.filter(_within(days))
        for project, site, jobs in _sums(ended, "jobs"):
            found[project, site].jobs_ended += jobs
    return found


def _parts(
    first: date | None, last: date | None
) -> tuple[QuerySet[ProjectMonth] | None, list[tuple[date, date]]]:
    """The whole months of a time, and the days before and after them."""
    months = ProjectMonth.objects.all()
    days: list[tuple[date, date]] = []
    if first and first.year == date.max.year:
        return None, []
    # Months count from the first one that begins in the time to the last one that ends in it.
    after = first if first is None or first.day == 1 else _next_month(first)
    until = None if last is None or last == date.max else last + timedelta(days=1)
    before = None if until is None else until.replace(day=1)
    if first and until and after and before and after > before:
        return None, [(first, until)]
    if first and after and first < after:
        days.append((first, after))
    if until and before and before < until:
        days.append((before, until))
    if after:
        months = months.filter(month__gte=after)
    if before:
        months = months.filter(month__lt=before)
    return months, days


def _next_month(day: date) -> date:
    following = day.replace(day=28) + timedelta(days=4)
    return following.replace(day=1)


def _within(days: list[tuple[date, date]]) -> Q:
    wanted = Q()
    for first, after in days:
        wanted |= Q(day__gte=first, day__lt=after)
    return wanted


def _sums(rows: QuerySet[Any], *columns: str) -> QuerySet[Any, tuple[Any, ...]]:
    grouped = rows.order_by().values_list("project", "site")
    found: QuerySet[Any, tuple[Any, ...]] = grouped.annotate(
        **{f"{column}_sum": total_of(column) for column in columns}
    )
    return found
