"""Which whole months and years lie in a time. Pure."""

from datetime import date, timedelta

LAST_YEAR = date.max.year


def whole_months(first: date, last: date, *, today: date) -> tuple[date, date]:
    """From which month's first day until which, the latter not counted, nothing else is in a month.

    A time that reaches today has its last month whole, since nothing happened after today. Both
    are the last day where there is no whole month.
    """
    if last.year == LAST_YEAR:
        return last, last
    since = first if first.day == 1 else following(first)
    until = following(last) if last >= today else (last + timedelta(days=1)).replace(day=1)
    return (since, until) if since < until else (last, last)


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


def following(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
