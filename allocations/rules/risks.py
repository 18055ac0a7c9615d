"""Which allocations deserve a look before their end. Pure."""

from datetime import date
from enum import StrEnum

MUCH_USED = 0.8
LITTLE_USED = 0.2
A_QUARTER = 0.25
SOON_DAYS = 30


class Risk(StrEnum):
    """Why an allocation deserves a look."""

    MUCH_USED = "much_used"
    """Four fifths of the hours are gone."""
    LITTLE_USED = "little_used"
    """A quarter of the time has gone, and less than a fifth of the hours."""
    ENDS_SOON = "ends_soon"
    """The last day is at most thirty days away."""


def risks_of(
    *, granted: float, used: float, starts_on: date, ends_on: date, today: date
) -> list[Risk]:
    """All that is to be said of an allocation today; nothing before its start or after its end."""
    if not starts_on <= today <= ends_on:
        return []
    found = []
    share = used / granted if granted else 0.0
    gone = (today - starts_on).days / ((ends_on - starts_on).days + 1)
    if granted and share >= MUCH_USED:
        found.append(Risk.MUCH_USED)
    if granted and share < LITTLE_USED and gone >= A_QUARTER:
        found.append(Risk.LITTLE_USED)
    if (ends_on - today).days <= SOON_DAYS:
        found.append(Risk.ENDS_SOON)
    return found
