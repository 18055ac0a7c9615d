"""When a budget runs out, as a range. Pure; docs/reports.md explains it to people.

A single day says little, and a sum of many days varies less than its days do. So the pace is taken
from averages over a week: of those in the last four weeks, a tenth lie below the slow pace and a
tenth above the fast one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor

WEEK = 7
DAYS_LOOKED_AT = 28
LEAST_DAYS = 14
LONGEST_DAYS = 366 * 20
"""Beyond this nobody plans, and dates end."""


@dataclass(frozen=True)
class Forecast:
    """What is used a day at a slow and at a fast pace, and the days on which nothing is left."""

    slow_a_day: float
    fast_a_day: float
    earliest_on: date | None
    """At the fast pace; None: nothing is used now, so that it never runs out."""
    latest_on: date | None
    """At the slow pace; None likewise."""

    def left_after(self, days: int, remaining: float) -> tuple[float, float]:
        """The least and the most that will be left after so many days, never under nothing."""
        return (
            max(remaining - self.fast_a_day * days, 0.0),
            max(remaining - self.slow_a_day * days, 0.0),
        )


def forecast(*, remaining: float, used_by_day: Sequence[float], today: date) -> Forecast | None:
    """The forecast from the whole days until yesterday, the oldest first; None: too early to tell.

    `remaining` and `used_by_day` are of one unit, and days without use count as 0.
    """
    recent = list(used_by_day)[-DAYS_LOOKED_AT:]
    if len(recent) < LEAST_DAYS:
        return None
    weeks = sorted(
        sum(recent[first : first + WEEK]) / WEEK for first in range(len(recent) - WEEK + 1)
    )
    slow, fast = share_of(weeks, 0.1), share_of(weeks, 0.9)
    return Forecast(
        slow_a_day=slow,
        fast_a_day=fast,
        earliest_on=_runs_out_on(remaining, fast, today),
        latest_on=_runs_out_on(remaining, slow, today),
    )


def share_of(ordered: Sequence[float], share: float) -> float:
    """The value below which this share of ordered values lies, between two of them if need be."""
    place = share * (len(ordered) - 1)
    low, high = floor(place), ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _runs_out_on(remaining: float, a_day: float, today: date) -> date | None:
    if remaining <= 0:
        return today
    if a_day <= 0 or remaining / a_day > LONGEST_DAYS:
        return None
    return today + timedelta(days=ceil(remaining / a_day))
