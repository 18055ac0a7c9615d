"""When members are warned that hours or days run out. Pure."""

from datetime import date

SHARES = (50, 80, 100)
DAYS = (30, 14, 7, 1)


def shares_to_warn(used_percent: int) -> set[int]:
    """The shares of a budget that have been passed."""
    return {share for share in SHARES if used_percent >= share}


def days_to_warn(*, starts_on: date, ends_on: date, today: date) -> set[int]:
    """The warnings that are due before a last day; none so early that half is still to come."""
    left = (ends_on - today).days
    length = (ends_on - starts_on).days
    if left < 0:
        return set()
    return {days for days in DAYS if left <= days and length >= 2 * days}
