"""Which whole months and years lie in a time. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

LAST_YEAR = date.max.year


@dataclass(frozen=True)
class Days:
    """Days from one to another, both counted, to be added to a sum, or taken away from it."""

    since: date
    until: date
    sign: int


@dataclass(frozen=True)
class MonthsAndDays:
    """A time as months, from a first day until another that is not counted, and days about them."""

    since: date
    until: date
    days: tuple[Days, ...]
    """At its two ends; at the most half a month each, where there is a month at all."""


def months_and_days(first: date, last: date, *, today: date) -> MonthsAndDays:
    """The fewest days that, with whole months, make up this time.

    Of a month of which most is asked for, the rest is taken away. A time that reaches today has its
    last month whole, since nothing happened after today. Without a month both its ends are the
    last day. A time that ends before it begins has no days.
    """
    only_days = MonthsAndDays(last, last, (Days(first, last, 1),))
    if last < first or last.year == LAST_YEAR:
        return only_days
    a_day, days = timedelta(days=1), []
    since, until = first.replace(day=1), following(last)
    before, after = first - since, until - last - a_day
    if before > (following(first) - since) / 2:
        since = following(first)
        days.append(Days(first, since - a_day, 1))
    elif before:
        days.append(Days(since, first - a_day, -1))
    if last >= today or not after:
        pass
    elif after > (until - last.replace(day=1)) / 2:
        until = last.replace(day=1)
        days.append(Days(until, last, 1))
    else:
        days.append(Days(last + a_day, until - a_day, -1))
    return MonthsAndDays(since, until, tuple(days)) if since < until else only_days


def whole_years(since: date, until: date, *, today: date) -> tuple[date, date]:
    """Of whole months, from which year's first day until which they are whole years, likewise.

    A time that reaches today has its last year whole, too.
    """
    if since >= until:
        return until, until
    first = date(since.year if (since.month, since.day) == (1, 1) else since.year + 1, 1, 1)
    last_day = until - timedelta(days=1)
    last = date(last_day.year + 1 if until > today else until.year, 1, 1)
    return (first, last) if first < last else (until, until)


def months_between(first: date, last: date) -> list[date]:
    """The first day of each month that has a day from `first` to `last`."""
    found, last_month = [first.replace(day=1)], last.replace(day=1)
    while found[-1] < last_month:
        found.append(following(found[-1]))
    return found


def following(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
