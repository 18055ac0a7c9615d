"""How long jobs waited at each site, in one query.

There are some hundred buckets for each bar: the database adds them up, and hands over all of a
bar's together, since objects of each would take long to make.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import connection

from portal.reports.ranges import START_OF, TimeRange

WaitsBySite = dict[str, dict[date, dict[int, int]]]
"""Jobs by site, bar and bucket of their wait."""

_WAITS = """
    SELECT site.name, wait.point, array_agg(wait.bucket), array_agg(wait.jobs)
    FROM (
        SELECT site_id, {point} AS point, bucket, SUM(jobs)::bigint AS jobs
        FROM allocations_sitewait WHERE day BETWEEN %(first)s AND %(last)s
        GROUP BY 1, 2, 3
    ) wait
    JOIN allocations_site site ON site.id = wait.site_id
    GROUP BY 1, 2 ORDER BY 1 DESC
"""


def waits_by_site(time: TimeRange) -> WaitsBySite:
    """How many jobs waited in which bucket, by site and bar."""
    start = START_OF[time.step].format(day="day")
    return _read(f"GREATEST({start}, %(first)s::date)", time)


def waits_before_and_since(day: date, time: TimeRange) -> WaitsBySite:
    """The same of all days before a day, under the first of the time, and of those since it."""
    point = "CASE WHEN day < %(day)s THEN %(first)s::date ELSE %(day)s::date END"
    return _read(point, time, day=day)


def _read(point: str, time: TimeRange, **more: Any) -> WaitsBySite:
    found: WaitsBySite = defaultdict(dict)
    with connection.cursor() as cursor:
        asked = {"first": time.first, "last": time.last, **more}
        cursor.execute(_WAITS.format(point=point), asked)
        for site, start, buckets, jobs in cursor:
            found[site][start] = dict(zip(buckets, jobs, strict=True))
    return found
