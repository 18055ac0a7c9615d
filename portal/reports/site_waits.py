"""How long jobs waited at each site, in one query.

There are some hundred buckets for each bar: the database adds them up, and hands over all of a
bar's together, since objects of each would take long to make.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection

from portal.reports.ranges import TimeRange

WaitsBySite = dict[str, dict[date, dict[int, int]]]
"""Jobs by site, bar and bucket of their wait."""

# Bar by bar, since few sums at a time are added up far quicker than many.
_WAITS = """
    SELECT site.name, bar.first, wait.buckets, wait.jobs
    FROM unnest(%(firsts)s::date[], %(lasts)s::date[]) AS bar (first, last)
    CROSS JOIN LATERAL (
        SELECT site_id, array_agg(bucket) AS buckets, array_agg(jobs) AS jobs
        FROM (
            SELECT site_id, bucket, SUM(jobs)::bigint AS jobs
            FROM allocations_sitewait WHERE day BETWEEN bar.first AND bar.last
            GROUP BY site_id, bucket
        ) of_bucket
        GROUP BY site_id
    ) wait
    JOIN allocations_site site ON site.id = wait.site_id
    ORDER BY site.name DESC, bar.first
"""


def waits_by_site(time: TimeRange) -> WaitsBySite:
    """How many jobs waited in which bucket, by site and bar."""
    return _read(time.points, time.last)


def waits_before_and_since(day: date, time: TimeRange) -> WaitsBySite:
    """The same of all days before a day, under the first of the time, and of those since it."""
    return _read((time.first, day), time.last)


def _read(firsts: Sequence[date], last: date) -> WaitsBySite:
    lasts = [*(first - timedelta(days=1) for first in firsts[1:]), last]
    found: WaitsBySite = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, {"firsts": list(firsts), "lasts": lasts})
        for site, first, buckets, jobs in cursor:
            found[site][first] = dict(zip(buckets, jobs, strict=True))
    return found
