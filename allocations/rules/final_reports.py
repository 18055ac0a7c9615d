"""When a final report is due, and which links its outputs may bear. Pure."""

import re
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from allocations.rules.calendar import last_day
from allocations.rules.notices import DAYS

LONGEST_LINK = 500
LATE = 0
"""Beside the days before it, the reminder that the day has passed."""
_DOI = re.compile(
    r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.[0-9]{4,9}/[^\s\"<>]+)", re.IGNORECASE
)
_is_address = URLValidator(schemes=("http", "https"))


def report_due_on(*, ended_on: date, asked_on: date, months: int, answer_days: int) -> date:
    """Whole months after the end, and never sooner than some days after it was asked for."""
    in_time = last_day(ended_on + timedelta(days=1), months)
    return max(in_time, asked_on + timedelta(days=answer_days))


def reminder_due(*, due_on: date, today: date, told: int | None) -> int | None:
    """How many days' reminder is to be sent, the nearest alone; `told` is the last one sent."""
    left = (due_on - today).days
    due = LATE if left < 0 else min((days for days in DAYS if left <= days), default=None)
    return due if due is not None and (told is None or due < told) else None


def link_of(text: str) -> str | None:
    """The address of a web page or a DOI, as one that can be followed; None if it is neither."""
    found = _DOI.fullmatch(text)
    address = f"https://doi.org/{found[1]}" if found else text
    try:
        _is_address(address)
    except ValidationError:
        return None
    return address if len(address) <= LONGEST_LINK else None
