"""When a budget runs out: always a range, and never one that more use makes later."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.forecast import LEAST_DAYS, Forecast, forecast, share_of

TODAY = date(2026, 5, 4)
NEVER = date.max
use = st.lists(st.integers(0, 10**6).map(float), min_size=LEAST_DAYS, max_size=60)
hours = st.integers(0, 10**8).map(float)


def made(remaining: float, days: list[float]) -> Forecast:
    found = forecast(remaining=remaining, used_by_day=days, today=TODAY)
    assert found is not None
    return found


def test_with_little_data_it_is_too_early_to_tell() -> None:
    assert forecast(remaining=100, used_by_day=[5.0] * 13, today=TODAY) is None
    assert forecast(remaining=100, used_by_day=[5.0] * 14, today=TODAY) is not None


def test_the_same_use_each_day_gives_one_day() -> None:
    found = made(100, [5.0] * 28)
    assert found.earliest_on == found.latest_on == TODAY + timedelta(days=20)
    assert found.left_after(4, 100) == (80, 80)


def test_a_week_without_use_gives_a_range() -> None:
    found = made(1000, [0.0] * 7 + [10.0] * 21)
    assert found.earliest_on == TODAY + timedelta(days=100)
    assert found.latest_on is not None
    assert found.latest_on > found.earliest_on


def test_what_is_not_used_never_runs_out() -> None:
    found = made(100, [0.0] * 28)
    assert (found.earliest_on, found.latest_on) == (None, None)


def test_what_is_used_up_ran_out() -> None:
    assert made(0, [0.0] * 28).latest_on == TODAY


def test_only_the_last_four_weeks_count() -> None:
    assert made(100, [10.0**9] * 30 + [1.0] * 28) == made(100, [1.0] * 28)


@given(remaining=hours, days=use)
def test_the_earliest_day_is_never_after_the_latest(remaining: float, days: list[float]) -> None:
    found = made(remaining, days)
    assert TODAY <= (found.earliest_on or NEVER) <= (found.latest_on or NEVER)
    assert 0 <= found.slow_a_day <= found.fast_a_day + 1e-9


@given(remaining=hours, more=hours, days=use)
def test_more_hours_never_run_out_earlier(remaining: float, more: float, days: list[float]) -> None:
    less, most = made(remaining, days), made(remaining + more, days)
    assert (less.earliest_on or NEVER) <= (most.earliest_on or NEVER)
    assert (less.latest_on or NEVER) <= (most.latest_on or NEVER)


@given(remaining=hours, days=use, place=st.integers(0, LEAST_DAYS - 1), more=hours)
def test_more_use_on_a_day_never_makes_it_later(
    remaining: float, days: list[float], place: int, more: float
) -> None:
    busier = list(days)
    busier[place] += more
    assert (made(remaining, busier).earliest_on or NEVER) <= (
        made(remaining, days).earliest_on or NEVER
    )


@given(remaining=hours, days=use, after=st.integers(0, 5000))
def test_what_is_left_lies_between_nothing_and_now(
    remaining: float, days: list[float], after: int
) -> None:
    least, most = made(remaining, days).left_after(after, remaining)
    assert 0 <= least <= most + 1e-6
    assert most <= remaining


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.5, 2.5), (1, 4), (0.1, 1.3)])
def test_shares_lie_between_values(share: float, value: float) -> None:
    assert share_of([1, 2, 3, 4], share) == pytest.approx(value)
