"""Working days in Belgium and the ends of allocations."""

import calendar
from datetime import date, timedelta
from functools import cache

import holidays


@cache
def _belgian_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("BE")


def is_working_day(day: date) -> bool:
    """Whether offices are open in Belgium: Monday to Friday, public holidays out."""
    return day.weekday() < calendar.SATURDAY and day not in _belgian_holidays()


def add_working_days(start: date, days: int) -> date:
    """The day on which so many working days after `start` have passed; `start` is not counted."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            days -= 1
    return day


def last_day(start: date, months: int) -> date:
    """The last day of a span of whole months: from 15 January, one month ends on 14 February."""
    month_index = start.month - 1 + months
    year, month = start.year + month_index // 12, month_index % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    same_day = date(year, month, day)
    # A start on the 31st has no same day in a short month: that month's end is the last day.
    return same_day if day < start.day else same_day - timedelta(days=1)
