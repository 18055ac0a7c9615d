"""Waits at sites come by bar, as one reads them off the days."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from django.db import connection

from allocations.models import Site, SiteWait
from portal.reports.ranges import START_OF, TimeRange
from portal.reports.site_waits import waits_before_and_since, waits_by_site

FIRST, LAST = date(2024, 2, 27), date(2026, 1, 4)


@pytest.fixture
def waits(seeded: None) -> list[SiteWait]:
    """Some on every third day, at each site."""
    return SiteWait.objects.bulk_create(
        SiteWait(
            site=site,
            day=FIRST + timedelta(days=3 * n),
            buckets=[9, 20 + n % 5],
            jobs=[3, n + site.pk],
        )
        for site in Site.objects.all()
        for n in range((LAST - FIRST).days // 3)
    )


def jobs_of(wait: SiteWait) -> Counter[int]:
    return Counter(dict(zip(wait.buckets, wait.jobs, strict=True)))


@pytest.mark.parametrize(
    "time",
    [
        TimeRange(date(2025, 3, 1), date(2025, 4, 9)),
        TimeRange(date(2025, 1, 1), date(2026, 1, 4)),
        TimeRange(date(2024, 3, 13), date(2026, 1, 4)),
    ],
    ids=lambda time: time.step,
)
def test_waits_of_a_site_are_added_up_by_bar(waits: list[SiteWait], time: TimeRange) -> None:
    expected: dict[str, dict[date, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for wait in waits:
        if time.first <= wait.day <= time.last:
            expected[wait.site.name][time.start_of(wait.day)] += jobs_of(wait)
    assert waits_by_site(time) == expected


def test_a_week_stands_beside_what_came_before(waits: list[SiteWait]) -> None:
    time, since = TimeRange(date(2025, 3, 1), date(2025, 4, 9)), date(2025, 4, 3)
    expected: dict[str, dict[date, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for wait in waits:
        if time.first <= wait.day <= time.last:
            start = time.first if wait.day < since else since
            expected[wait.site.name][start] += jobs_of(wait)
    assert waits_before_and_since(since, time) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("first", [date(2000, 1, 1), date(2023, 12, 25), date(2199, 1, 1)])
@pytest.mark.parametrize("days", [90, 600, 700])
def test_the_database_begins_bars_on_the_same_days(first: date, days: int) -> None:
    time = TimeRange(first, first + timedelta(days=days - 1))
    start = START_OF[time.step].format(day="day")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT day, GREATEST({start}, %(first)s) FROM ("
            "SELECT %(first)s::date + number AS day FROM generate_series(0, %(last)s) number) days",
            {"first": first, "last": days - 1},
        )
        assert dict(cursor.fetchall()) == {day: time.start_of(day) for day in time.each_day()}
