"""What was used in a time, from sums of whole months and, at its ends, from days."""

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Sum
from django.db.models.functions import Cast
from django.utils import timezone

from allocations.rules.months import Days, months_and_days


def total_of(column: str) -> Cast:
    """The sum as a whole number: the decimal one that it would be takes longer to read."""
    return Cast(Sum(column), BigIntegerField())


# Each bucket of rows of waits, and how many jobs `waited` so long. Taken apart in this way the
# database expects few buckets, and adds them up without sorting them.
EACH_BUCKET = """
    CROSS JOIN LATERAL (SELECT unnest(buckets) AS bucket, unnest(jobs) AS waited) of_bucket
"""

# The days about the months, and whether one is added or taken away.
AT_EDGES = """
    (day BETWEEN %(head_first)s AND %(head_last)s OR day BETWEEN %(tail_first)s AND %(tail_last)s)
"""
SIGN = """
    CASE WHEN day BETWEEN %(head_first)s AND %(head_last)s
         THEN %(head_sign)s ELSE %(tail_sign)s END
"""


def months_and_edges(first: date, last: date) -> dict[str, Any]:
    """The months of a time and the days about them, both counted, as a statement takes them."""
    time = months_and_days(first, last, today=timezone.now().date())
    # Where there are days at one end alone, the database sees that both conditions are the same.
    days = time.days or (Days(date.max, date.min, 0),)
    head, tail = days[0], days[-1]
    return {
        "months_from": time.since,
        "months_until": time.until,
        "head_first": head.since,
        "head_last": head.until,
        "head_sign": head.sign,
        "tail_first": tail.since,
        "tail_last": tail.until,
        "tail_sign": tail.sign,
    }
