"""How long jobs waited, and how full the sites were."""

from collections import defaultdict

from allocations.rules.percentiles import percentile
from allocations.rules.units import SECONDS_AN_HOUR
from allocations.rules.waits import bucket_span
from portal.programme.selection import ProgrammeSelection
from portal.programme.statement import Source, part_of, read
from portal.programme.values import Found, Value, hours_of_seconds, percent

_WAITS = Source(
    tables="""
    allocations_queuewait wait
    JOIN allocations_site site ON site.id = wait.site_id
    JOIN allocations_project project ON project.id = wait.project_id
    JOIN allocations_track track ON track.id = project.track_id
    JOIN accounts_organisation organisation ON organisation.id = project.organisation_id
    """,
    day="wait.day",
)
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
    for row in read(_WAITS, figures, selection, each="wait.bucket"):
        counts[part_of(row)][row["each"]] = row["jobs"]
    found: Found = {}
    for part, jobs_by_bucket in counts.items():
        for key, share in _SHARES.items():
            seconds = percentile(jobs_by_bucket, share, span=bucket_span)
            found[part, key] = Value(None if seconds is None else seconds / SECONDS_AN_HOUR)
    return found


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
