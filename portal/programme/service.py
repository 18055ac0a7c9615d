"""How long jobs waited, and how full the sites were."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain
from typing import Any

from allocations.rules.percentiles import percentile
from allocations.rules.units import SECONDS_AN_HOUR
from allocations.rules.waits import bucket_span
from portal.programme.selection import Division, ProgrammeSelection
from portal.programme.statement import (
    Source,
    conditions_of_place,
    conditions_of_projects,
    parameters,
    part_expression,
    part_key,
    part_of,
    read,
    tuples_of_each,
)
from portal.programme.values import Found, Value, hours_of_seconds, percent
from portal.remembered import Standing
from portal.reports.settled import Span, in_two_parts
from portal.reports.sums import AT_EDGES, EACH_BUCKET, SIGN

# Whole months and years of a project have sums of their own; days about them are read alone.
_DAYS = f"""
    SELECT project_id, site_id, day, {SIGN} AS sign, buckets, jobs
    FROM allocations_queuewait WHERE {AT_EDGES}
"""
_BY_MONTH = f"""
    SELECT project_id, site_id, month AS day, 1 AS sign, buckets, jobs FROM allocations_projectwait
    WHERE month >= %(months_from)s AND month < %(months_until)s
    UNION ALL {_DAYS}
"""
_IN_ALL = f"""
    SELECT project_id, site_id, year AS day, 1 AS sign, buckets, jobs
    FROM allocations_projectyearwait
    WHERE year >= %(years_from)s AND year < %(years_until)s
    UNION ALL
    SELECT project_id, site_id, month AS day, 1 AS sign, buckets, jobs FROM allocations_projectwait
    WHERE month >= %(months_from)s AND month < LEAST(%(months_until)s, %(years_from)s)
       OR month >= %(years_until)s AND month < %(months_until)s
    UNION ALL {_DAYS}
"""
# In which region a project is takes long to tell: `once` has that done for each project and not
# for each of its rows of waits. Other parts are columns, and the database may share the work out.
_OF_PROJECTS = f"""
    SELECT {{part}} AS part, bucket, SUM(sign * waited)::bigint
    FROM ({{rows}}) wait
    JOIN (
        SELECT project.id AS project_id, {{part_of_owner}} AS part
        FROM allocations_project project
        LEFT JOIN allocations_track track ON track.id = project.track_id
        LEFT JOIN accounts_organisation organisation ON organisation.id = project.organisation_id
        WHERE {{where_project}} {{once}}
    ) owner USING (project_id)
    LEFT JOIN allocations_site site ON site.id = wait.site_id
    {EACH_BUCKET}
    WHERE {{where_site}}
    GROUP BY 1, 2
    HAVING SUM(sign * waited) > 0
"""
_OF_SITES = f"""
    SELECT {{part}} AS part, bucket, SUM(sign * waited)::bigint
    FROM (
        SELECT site_id, month AS day, 1 AS sign, buckets, jobs FROM allocations_sitemonthwait
        WHERE month >= %(months_from)s AND month < %(months_until)s
        UNION ALL
        SELECT site_id, day, {SIGN} AS sign, buckets, jobs
        FROM allocations_sitewait WHERE {AT_EDGES}
    ) wait LEFT JOIN allocations_site site ON site.id = wait.site_id
    {EACH_BUCKET}
    WHERE {{where}}
    GROUP BY 1, 2
    HAVING SUM(sign * waited) > 0
"""
_DIVISIONS_OF_SITES = (Division.MONTH, Division.SITE, Division.SECTOR)
_CAPACITY = Source(
    tables="allocations_dailycapacity capacity LEFT JOIN allocations_site site"
    " ON site.id = capacity.site_id",
    day="capacity.day",
    is_of_sites_alone=True,
)
_SHARES = {"wait_p50": 0.5, "wait_p90": 0.9}


def waits(selection: ProgrammeSelection, standing: Standing | None = None) -> Found:
    """Percentiles of how long jobs waited, from counts of about equal waits."""
    by_part: dict[str | date, Counter[int]] = defaultdict(Counter)
    whole = Counter[int]()
    parts = in_two_parts(
        partial(_jobs_by_wait, selection),
        selection.first,
        selection.last,
        key=("waits of the programme", replace(selection, first=date.min, last=date.max)),
        standing=standing,
    )
    for part, bucket, jobs in chain.from_iterable(parts):
        by_part[part][bucket] += jobs
        whole[bucket] += jobs
    counts: dict[str | None, Counter[int]] = {None: whole}
    counts |= {part_key(part): jobs for part, jobs in by_part.items()}
    found: Found = {}
    for of_part, jobs_by_bucket in counts.items():
        for key, share in _SHARES.items():
            seconds = percentile(jobs_by_bucket, share, span=bucket_span)
            found[of_part, key] = Value(None if seconds is None else seconds / SECONDS_AN_HOUR)
    return found


def _jobs_by_wait(
    selection: ProgrammeSelection, spans: Sequence[Span]
) -> list[list[tuple[Any, ...]]]:
    """Part, bucket of the wait and number of jobs, of what the selection has in each span."""
    parts = [replace(selection, first=first, last=last) for first, last in spans]
    return tuples_of_each([(_waits_of(part), parameters(part)) for part in parts])


def _waits_of(selection: ProgrammeSelection) -> str:
    """The statement that reads the smallest table that holds what is asked for."""
    if selection.is_of_sites_alone and selection.by in _DIVISIONS_OF_SITES:
        source = Source(tables="", day="wait.day", is_of_sites_alone=True)
        return _OF_SITES.format(
            part=part_expression(source, selection.by),
            where=" AND ".join(["TRUE", *conditions_of_place(source, selection)]),
        )
    part = part_expression(Source(tables="", day="wait.day"), selection.by)
    is_of_waits = selection.by in (Division.MONTH, Division.SITE)
    return _OF_PROJECTS.format(
        part_of_owner="NULL" if is_of_waits else part,
        part=part if is_of_waits else "owner.part",
        once="OFFSET 0" if selection.by == Division.REGION else "",
        rows=_BY_MONTH if selection.by == Division.MONTH else _IN_ALL,
        where_project=" AND ".join(["TRUE", *conditions_of_projects(selection)]),
        where_site="site.code = %(site)s" if selection.site else "TRUE",
    )


def capacity(selection: ProgrammeSelection) -> Found:
    """How many GPU-hours there were, how many were in use, and for how long that is known."""
    figures = """
        SUM(capacity.available_gpu_seconds)::bigint AS available,
        SUM(capacity.allocated_gpu_seconds)::bigint AS allocated,
        SUM(capacity.seen_seconds)::bigint AS seen
    """
    found: Found = {}
    for row in read(_CAPACITY, figures, selection):
        part = part_of(row)
        found[part, "available"] = Value(hours_of_seconds(row["available"]))
        found[part, "occupancy"] = Value(percent(row["allocated"], row["available"]))
        found[part, "seen"] = Value(hours_of_seconds(row["seen"]))
    return found
