"""What was counted of days that have ended is remembered until something of such a day changes.

Jobs end on a day until it is over, and their site tells it some minutes later. So the days up to
the one before yesterday hardly change: by a late record, or when all is read anew.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db.models import Case, Q, Value, When

from portal.remembered import Remembered, Standing
from portal.reports.ranges import utc_today

Part = TypeVar("Part")
Span = tuple[date, date]
"""From one day to another, both counted."""

# A transaction takes today for the day on which it began, and lasts for less than a day.
_SETTLES_AFTER = timedelta(days=2)
_ONE_DAY = timedelta(days=1)

SETTLED: Remembered[Any] = Remembered(
    (
        "accounts.Organisation",
        "allocations.Project",
        "allocations.SettledChange",
        "allocations.Site",
        "allocations.Track",
    )
)
"""All that figures of settled days are read from, besides these days and their sums."""


def last_settled_day() -> date:
    """The last day of which hardly anything changes."""
    return utc_today() - _SETTLES_AFTER


def in_two_parts(
    read: Callable[[Sequence[Span]], Sequence[Part]],
    first: date,
    last: date,
    *,
    key: tuple[object, ...],
    standing: Standing | None = None,
) -> list[Part]:
    """What is read of the settled days of a time, which is remembered, and of its other days.

    Both are read at once, and the others alone where the settled ones are remembered; a time
    without one of them has one part. `key` tells apart whatever else the answer depends on. Nobody
    may change what comes.
    """
    settled = (first, min(last, last_settled_day()))
    others = (max(first, last_settled_day() + _ONE_DAY), last)
    spans = [span for span in (settled, others) if span[0] <= span[1]]
    parts: dict[Span, Part] = {}

    def read_all() -> Part:
        parts.update(zip(spans, read(spans), strict=True))
        return parts[settled]

    if settled in spans:
        parts[settled] = SETTLED.answer((*key, settled), read_all, standing)
    if others in spans and others not in parts:
        parts[others] = read([others])[0]
    return [parts[span] for span in spans]


def span_of_day(spans: Sequence[Span]) -> Case:
    """In SQL which of these spans the column `day` lies in, by its place among them."""
    return Case(*(When(day__range=span, then=Value(place)) for place, span in enumerate(spans)))


def in_any(spans: Sequence[Span]) -> Q:
    """Whether the column `day` lies in one of these spans, which follow one another."""
    return Q(day__range=(spans[0][0], spans[-1][1]))
