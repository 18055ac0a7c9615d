"""The value of a figure: a number, or “no data”, and how many people stand behind it."""

from dataclasses import dataclass
from typing import TypeAlias

from allocations.rules.units import MINUTES_AN_HOUR, SECONDS_AN_HOUR

Number: TypeAlias = float | None
"""None is “no data”, which is never 0."""


@dataclass(frozen=True)
class Value:
    """A number and the people of whom it speaks; what is not public need not say how many."""

    number: Number
    people: int = 0


Found: TypeAlias = dict[tuple[str | None, str], Value]
"""By part and key; the part None is the whole."""

NO_DATA = Value(None)


def percent(part: float | None, whole: float | None) -> Number:
    """So many in a hundred; no data where there is no whole."""
    return None if part is None or not whole else float(100 * part) / float(whole)


def hours_of_seconds(seconds: int | None) -> Number:
    """Hours of seconds."""
    return None if seconds is None else float(seconds) / SECONDS_AN_HOUR


def hours_of_minutes(minutes: int | None) -> Number:
    """Hours of minutes."""
    return None if minutes is None else float(minutes) / MINUTES_AN_HOUR
