"""Free GPU time as state aid: its value, and what the ceiling leaves of it. Pure; whole euro cents.

Regulation (EU) 2023/2831: a single undertaking may get so much de minimis aid in any three years,
counted back from the day of each new grant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from allocations.rules.units import MINUTES_AN_HOUR

CENTS_A_EURO = 100
CEILING_CENTS = 300_000 * CENTS_A_EURO
ROLLING_YEARS = 3


@dataclass(frozen=True)
class Aid:
    """One grant of de minimis aid, by whomever."""

    granted_on: date
    cents: int


def value_cents(gpu_minutes: int, cents_per_gpu_hour: int) -> int:
    """What free GPU time is worth, rounded half up."""
    return (2 * gpu_minutes * cents_per_gpu_hour + MINUTES_AN_HOUR) // (2 * MINUTES_AN_HOUR)


def first_counted_day(day: date) -> date:
    """The first of the three years that end on a day."""
    try:
        same_day = day.replace(year=day.year - ROLLING_YEARS)
    except ValueError:  # 29 February
        same_day = day.replace(year=day.year - ROLLING_YEARS, day=28)
    return same_day + timedelta(days=1)


def counted_cents(aids: Iterable[Aid], day: date) -> int:
    """What was granted in the three years that end on a day."""
    first = first_counted_day(day)
    return sum(aid.cents for aid in aids if first <= aid.granted_on <= day)


def room_cents(aids: Iterable[Aid], day: date) -> int:
    """What may still be granted on a day."""
    return max(CEILING_CENTS - counted_cents(aids, day), 0)


def leaves_on(granted_on: date) -> date:
    """The first day on which a grant no longer counts."""
    try:
        return granted_on.replace(year=granted_on.year + ROLLING_YEARS)
    except ValueError:  # 29 February
        return date(granted_on.year + ROLLING_YEARS, 3, 1)
