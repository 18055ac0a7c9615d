"""How long jobs waited, and how full the sites were."""

from collections import defaultdict

from allocations.rules.percentiles import percentile
from allocations.rules.units import SECONDS_AN_HOUR
from allocations.rules.waits import bucket_span
from portal.programme.selection import Division, ProgrammeSelection
from portal.programme.statement import Source, part_of, read
from portal.programme.values import Found, Value, hours_of_seconds, percent

# Whole months of a project have sums of their own; the days around them are read by themselves.
_BY_MONTH = """
    SELECT project_id, site_id, month AS day, bucket, jobs FROM allocations_projectwait
    WHERE month >= %(months_from)s AND month < %(months_until)s
    UNION ALL
    SELECT project_id, site_id, day, bucket, jobs FROM allocations_queuewait
    WHERE day >= %(first)s AND day < %(months_from)s OR day >= %(months_until)s AND day <= %(last)s
"""
# Where months are not told apart, a project's are added up before anything is looked up for them.
_IN_ALL = f"""
    SELECT project_id, site_id, %(first)s::date AS day, bucket, SUM(jobs) AS jobs
    FROM ({_BY_MONTH}) each_month GROUP BY project_id, site_id, bucket
"""
_TABLES = """
    ({rows}) wait
    JOIN allocations_site site ON site.id = wait.site_id
    JOIN allocations_project project ON project.id = wait.project_id
    JOIN allocations_track track ON track.id = project.track_id
    JOIN accounts_organisation organisation ON organisation.id = project.organisation_id
"""
_MONTHS_OF_PROJECTS = Source(tables=_TABLES.format(rows=_BY_MONTH), day="wait.day")
_OF_PROJECTS = Source(tables=_TABLES.format(rows=_IN_ALL), day="wait.day")
_OF_SITES = Source(
    tables="allocations_sitewait wait JOIN allocations_site site ON site.id = wait.site_id",
    day="wait.day",
    conditions="wait.jobs > 0",
    is_of_sites_alone=True,
)
_DIVISIONS_OF_SITES = (Division.MONTH, Division.SITE, Division.SECTOR)
_CAPACITY = Source(
    tables="allocations_dailycapacity capacity JOIN allocations_site site"
    " ON site.id = capacity.site_id",
    day="capacity.day",
    is_of_sites_alone=True,
)
_SHARES = {"wait_p50": 0.5, "wait_p90": 0.9}


def waits(selection: ProgrammeSelection) -> Found:
    """Percentiles of how long jobs waited, from counts of about equal waits."""
    figures = "SUM(wait.jobs)::bigint AS jobs"
    counts: dict[str | None, dict[int, int]] = defaultdict(dict)
    for row in read(_waits_of(selection), figures, selection, each="wait.bucket"):
        counts[part_of(row)][row["each"]] = row["jobs"]
    found: Found = {}
    for part, jobs_by_bucket in counts.items():
        for key, share in _SHARES.items():
            seconds = percentile(jobs_by_bucket, share, span=bucket_span)
            found[part, key] = Value(None if seconds is None else seconds / SECONDS_AN_HOUR)
    return found


def _waits_of(selection: ProgrammeSelection) -> Source:
    """The smallest table that holds what is asked for."""
    if selection.is_of_sites_alone and selection.by in _DIVISIONS_OF_SITES:
        return _OF_SITES
    return _MONTHS_OF_PROJECTS if selection.by == Division.MONTH else _OF_PROJECTS


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
