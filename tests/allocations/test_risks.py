"""Which allocations and days staff are pointed to."""

from datetime import date, timedelta

import pytest

from allocations.rules.anomalies import (
    has_many_failures,
    is_far_above_usual,
    is_wait_far_above_usual,
)
from allocations.rules.risks import Risk, risks_of

START = date(2026, 1, 1)
END = START + timedelta(days=99)


@pytest.mark.parametrize(
    ("day", "used", "found"),
    [
        (10, 79, []),
        (10, 80, [Risk.MUCH_USED]),
        (24, 0, []),
        (25, 19, [Risk.LITTLE_USED]),
        (25, 20, []),
        (68, 50, []),
        (69, 50, [Risk.ENDS_SOON]),
        (99, 10, [Risk.LITTLE_USED, Risk.ENDS_SOON]),
        (100, 90, []),
        (-1, 90, []),
    ],
)
def test_an_allocation_deserves_a_look(day: int, used: float, found: list[Risk]) -> None:
    today = START + timedelta(days=day)
    assert risks_of(granted=100, used=used, starts_on=START, ends_on=END, today=today) == found


def test_without_a_grant_only_the_end_counts() -> None:
    assert risks_of(granted=0, used=5, starts_on=START, ends_on=END, today=END) == [Risk.ENDS_SOON]


def test_a_day_is_far_above_usual_only_where_it_matters() -> None:
    assert is_far_above_usual(hours=301, usual_hours=100)
    assert not is_far_above_usual(hours=300, usual_hours=100)
    assert not is_far_above_usual(hours=99, usual_hours=0)


def test_failures_are_many_from_half_of_twenty_jobs_on() -> None:
    assert has_many_failures(failed=10, ended=20)
    assert not has_many_failures(failed=9, ended=20)
    assert not has_many_failures(failed=19, ended=19)


def test_a_wait_that_nobody_knows_is_not_unusual() -> None:
    assert is_wait_far_above_usual(seconds=1801, usual_seconds=600)
    assert not is_wait_far_above_usual(seconds=1799, usual_seconds=1)
    assert not is_wait_far_above_usual(seconds=None, usual_seconds=1)
    assert not is_wait_far_above_usual(seconds=9999, usual_seconds=None)
