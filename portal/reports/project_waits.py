"""How long the jobs of a project waited, by bar, in one query."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from allocations.models import Project
from portal.reports.ranges import START_OF, TimeRange
from portal.reports.settled import Span
from portal.reports.sums import EACH_BUCKET

_WAITS = """
    SELECT span.place, GREATEST({point}, %(first)s::date) AS point, bucket, SUM(waited)::bigint
    FROM unnest(%(firsts)s::date[], %(lasts)s::date[])
        WITH ORDINALITY AS span (first, last, place)
    JOIN allocations_queuewait ON day BETWEEN span.first AND span.last
    {each_bucket}
    WHERE project_id = %(project)s
    GROUP BY place, point, bucket
"""


def waits_in(
    project: Project, time: TimeRange, spans: Sequence[Span]
) -> list[dict[date, dict[int, int]]]:
    """How many jobs that began waited in which bucket, by bar of a time, in each of its spans."""
    firsts, lasts = zip(*spans, strict=True)
    asked: dict[str, Any] = {
        "project": project.pk,
        "first": time.first,
        "firsts": list(firsts),
        "lasts": list(lasts),
    }
    found: list[dict[date, dict[int, int]]] = [defaultdict(dict) for _span in spans]
    with connection.cursor() as cursor:
        point = START_OF[time.step].format(day="day")
        cursor.execute(_WAITS.format(point=point, each_bucket=EACH_BUCKET), asked)
        for place, bar, bucket, jobs in cursor:
            found[place - 1][bar][bucket] = jobs
    return found
