"""How long jobs waited at each site, in one query.

There are some hundred buckets for each bar: the database adds them up, and hands over all of a
bar's together, since objects of each would take long to make.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial

from django.db import connection

from portal.remembered import Standing
from portal.reports.ranges import TimeRange
from portal.reports.settled import Span, in_two_parts
from portal.reports.sums import EACH_BUCKET

_ONE_DAY = timedelta(days=1)
WaitsBySite = dict[str, dict[date, dict[int, int]]]
"""Jobs by site, bar and bucket of their wait."""

# Bar by bar, since few sums at a time are added up far quicker than many.
_WAITS = """
    SELECT site.name, bar.first, wait.buckets, wait.jobs
    FROM unnest(%(firsts)s::date[], %(lasts)s::date[]) AS bar (first, last)
    CROSS JOIN LATERAL (
        SELECT site_id, array_agg(bucket) AS buckets, array_agg(jobs) AS jobs
        FROM (
            SELECT site_id, bucket, SUM(waited)::bigint AS jobs
            FROM allocations_sitewait {each_bucket}
            WHERE day BETWEEN bar.first AND bar.last
            GROUP BY site_id, bucket
        ) of_bucket
        GROUP BY site_id
    ) wait
    JOIN allocations_site site ON site.id = wait.site_id
    ORDER BY site.name DESC, bar.first
"""


def waits_by_site(time: TimeRange, standing: Standing | None = None) -> WaitsBySite:
    """How many jobs waited in which bucket, by site and bar."""
    parts = in_two_parts(
        partial(_of_bars, time),
        time.first,
        time.last,
        key=("waits by bar", time),
        standing=standing,
    )
    found: WaitsBySite = {}
    for part in parts:
        for site, bars in part.items():
            of_site = found.setdefault(site, {})
            for bar, jobs in bars.items():
                # Where the time is parted inside a bar, this has something of both parts.
                of_site[bar] = Counter(of_site[bar]) + Counter(jobs) if bar in of_site else jobs
    return dict(sorted(found.items(), reverse=True))


def waits_before_and_since(day: date, time: TimeRange) -> WaitsBySite:
    """The same of all days before a day, under the first of the time, and of those since it."""
    return _read([(time.first, day - _ONE_DAY), (day, time.last)])


def _of_bars(time: TimeRange, spans: Sequence[Span]) -> list[WaitsBySite]:
    """Of each span of a time, under the bars that its days belong to."""
    bars = {span: list(_bars_in(time, *span)) for span in spans}
    read = _read([bar for of_span in bars.values() for bar in of_span])
    return [
        {
            site: {time.start_of(first): found[first] for first, _last in of_span if first in found}
            for site, found in read.items()
        }
        for of_span in bars.values()
    ]


def _bars_in(time: TimeRange, first: date, last: date) -> Iterator[Span]:
    """The bars of a time between two days, cut off there."""
    firsts = [first, *(bar for bar in time.points if first < bar <= last)]
    return zip(firsts, (*(begun - _ONE_DAY for begun in firsts[1:]), last), strict=True)


def _read(bars: Sequence[Span]) -> WaitsBySite:
    statement = _WAITS.format(each_bucket=EACH_BUCKET)
    firsts, lasts = zip(*bars, strict=True)
    found: WaitsBySite = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firsts": list(firsts), "lasts": list(lasts)})
        for site, first, buckets, jobs in cursor:
            found[site][first] = dict(zip(buckets, jobs, strict=True))
    return found
