"""How long somebody's jobs waited, by bar, in one query: there may be thousands of them."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import connection

from allocations.rules.waits import WAIT_BOUNDS
from portal.reports.ranges import START_OF, TimeRange

MOST_WAITS = 5_000
"""Somebody with more jobs sees the waits of the newest of them."""

_WAITS = """
    SELECT GREATEST({point}, %(first)s::date), width_bucket(waited, %(bounds)s::float8[]), COUNT(*)
    FROM (
        SELECT (started_at AT TIME ZONE 'UTC')::date AS day, started_at,
               EXTRACT(EPOCH FROM started_at - GREATEST(submitted_at, eligible_at))::float8
               AS waited
        FROM allocations_job
        WHERE username = %(username)s
          AND submitted_at >= %(starts_at)s AND submitted_at < %(ends_at)s
        ORDER BY submitted_at DESC LIMIT %(most)s
    ) newest
    WHERE started_at >= %(starts_at)s AND started_at < %(ends_at)s
    GROUP BY 1, 2
"""


def my_waits(username: str, time: TimeRange) -> dict[date, dict[int, int]]:
    """How many of somebody's jobs waited in which bucket, by when they began."""
    asked: dict[str, Any] = {
        "username": username,
        "first": time.first,
        "starts_at": time.starts_at,
        "ends_at": time.ends_at,
        "bounds": list(WAIT_BOUNDS),
        "most": MOST_WAITS,
    }
    found: dict[date, dict[int, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_WAITS.format(point=START_OF[time.step].format(day="day")), asked)
        for point, bucket, jobs in cursor:
            found[point][bucket] = jobs
    return found
