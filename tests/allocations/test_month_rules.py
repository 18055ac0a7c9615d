"""The rule of months: a span as whole months and the days about them, counted once each."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.months import Days, MonthsAndDays, months_and_days, whole_years


@given(st.dates(date(2024, 1, 1), date(2026, 8, 1)), st.integers(0, 900))
def test_months_and_the_days_about_them_are_exactly_the_time(first: date, length: int) -> None:
    today, last = date(2026, 5, 10), first + timedelta(days=length)
    time = months_and_days(first, last, today=today)
    counted = Counter(days_between(time.since, time.until - timedelta(days=1)))
    for edge in time.days:
        for day in days_between(edge.since, edge.until):
            counted[day] += edge.sign
    # Nothing happened after today.
    seen = {day: times for day, times in counted.items() if times and day <= today}
    assert seen == dict.fromkeys(days_between(first, min(last, today)), 1)
    if time.since < time.until:
        assert all((edge.until - edge.since).days < 16 for edge in time.days)


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def test_the_end_of_the_calendar_has_no_month() -> None:
    time = months_and_days(date(9999, 1, 1), date.max, today=date(2026, 5, 10))
    assert time == MonthsAndDays(date.max, date.max, (Days(date(9999, 1, 1), date.max, 1),))


def test_a_time_that_ends_before_it_begins_has_no_days() -> None:
    first, today = date(9999, 12, 5), date(2026, 5, 10)
    assert months_and_days(first, today, today=today).days == (Days(first, today, 1),)


@pytest.mark.parametrize(
    ("since", "until", "years"),
    [
        ("2024-01-01", "2026-01-01", ("2024-01-01", "2026-01-01")),
        ("2023-02-01", "2025-12-01", ("2024-01-01", "2025-01-01")),
        # Nothing happened after today, which is in May.
        ("2025-07-01", "2026-06-01", ("2026-01-01", "2027-01-01")),
        ("2026-02-01", "2026-06-01", None),
        ("2026-03-05", "2026-03-05", None),
    ],
)
def test_whole_years_are_those_in_which_no_month_is_missing(
    since: str, until: str, years: tuple[str, str] | None
) -> None:
    last = date.fromisoformat(until)
    expected = tuple(map(date.fromisoformat, years)) if years else (last, last)
    assert whole_years(date.fromisoformat(since), last, today=date(2026, 5, 10)) == expected
