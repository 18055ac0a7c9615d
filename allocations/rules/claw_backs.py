"""Which hours a project has hardly begun to use, and could give back. Pure."""

from dataclasses import dataclass
from datetime import date

from allocations.rules.budgets import Budget
from allocations.rules.units import MINUTES_AN_HOUR


@dataclass(frozen=True)
class Thresholds:
    """From which share of the time on, and below which share of the hours used."""

    after_percent: int
    used_percent: int


@dataclass(frozen=True)
class Unused:
    """What was granted for the period, and how that stands to an even pace; GPU-minutes."""

    granted_minutes: int
    used_minutes: int
    expected_minutes: int
    """What an even pace would have used by now."""
    proposed_minutes: int
    """What it is behind, in whole hours, and never more than is free."""


def unused_hours(
    budget: Budget, *, began_on: date, ends_on: date, today: date, thresholds: Thresholds
) -> Unused | None:
    """What could be taken back; None while it is early, or enough is used, or nothing is free.

    The day itself does not count as gone, since what is used on it is not known yet.
    """
    length = (ends_on - began_on).days + 1
    gone = min((today - began_on).days, length)
    granted = budget.granted_minutes - budget.before_minutes
    used = max(budget.use.used_minutes - budget.before_minutes, 0)
    if gone <= 0 or granted <= 0 or 100 * gone < thresholds.after_percent * length:
        return None
    if 100 * used >= thresholds.used_percent * granted:
        return None
    expected = granted * gone // length
    behind = min(expected - used, budget.free_minutes) // MINUTES_AN_HOUR * MINUTES_AN_HOUR
    return Unused(granted, used, expected, behind) if behind > 0 else None
