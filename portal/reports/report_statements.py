"""The statements of the report: what it has of each project at a site, added up or row by row.

Every text here is our own; what somebody chose travels as a parameter.
"""

from datetime import date
from typing import Any

from django.db import connections, router
from django.utils import timezone

from allocations.models import Allocation
from allocations.rules.units import SECONDS_A_MINUTE
from portal.reports.selection import Period, Selection
from portal.reports.sums import AT_EDGES, SIGN, months_and_edges

_IN_MONTHS = "month >= %(months_from)s AND month < %(months_until)s"
# Months are read once, for what was used in the period and for what was ever. An adopted account
# has no award, since the site limits it.
_FIGURES = f"""
    WITH usage AS (
        SELECT project_id, site_id, SUM(ever)::bigint AS ever, SUM(gpu_seconds)::bigint AS used,
               SUM(jobs)::bigint AS jobs
        FROM (
            SELECT project_id, site_id, gpu_seconds AS ever,
                   CASE WHEN {_IN_MONTHS} THEN gpu_seconds ELSE 0 END AS gpu_seconds,
                   CASE WHEN {_IN_MONTHS} THEN jobs_ended ELSE 0 END AS jobs
            FROM allocations_projectmonth WHERE {{of_projects}}
            UNION ALL
            SELECT project_id, site_id, 0, {SIGN} * gpu_seconds, 0
            FROM allocations_dailyusage WHERE {AT_EDGES} AND {{of_projects}}
            UNION ALL
            SELECT project_id, site_id, 0, 0, {SIGN} * jobs
            FROM allocations_joboutcome WHERE {AT_EDGES} AND {{of_projects}}
        ) part
        GROUP BY project_id, site_id
    ), ledger AS (
        SELECT allocation_id, SUM(gpu_minutes)::bigint * {SECONDS_A_MINUTE} AS granted
        FROM allocations_ledgerentry WHERE {{of_allocations}}
        GROUP BY allocation_id
    ), figures AS (
        SELECT allocation.id, allocation.site_id, project.track_id,
               COALESCE(granted, 0) AS granted, COALESCE(used, 0) AS used,
               CASE WHEN allocation.adopted_at IS NULL
                    THEN GREATEST(COALESCE(granted, 0) - COALESCE(ever, 0), 0) END AS remaining,
               COALESCE(jobs, 0) AS jobs
        FROM allocations_allocation allocation
        JOIN allocations_project project ON project.id = allocation.project_id
        LEFT JOIN usage USING (project_id, site_id)
        LEFT JOIN ledger ON ledger.allocation_id = allocation.id
        WHERE {{where}}
    )
"""
_NAMES = """
    JOIN allocations_site site ON site.id = site_id
    JOIN allocations_track track ON track.id = track_id
"""
_SUMS = f"""
    SELECT rows, site.name, track.name, granted, used, remaining, jobs
    FROM (
        SELECT COUNT(*) AS rows, site_id, track_id, SUM(granted)::bigint AS granted,
               SUM(used)::bigint AS used, COALESCE(SUM(remaining), 0)::bigint AS remaining,
               SUM(jobs)::bigint AS jobs
        FROM figures GROUP BY site_id, track_id
    ) sums {_NAMES}
"""
_EACH = f"""
    SELECT figures.id, site.name, track.name, granted, used, remaining, jobs FROM figures {_NAMES}
"""
_FEW = 100
"""Up to so many are looked up by their numbers; for more, all are read."""


def summed_up(selection: Selection) -> list[tuple[Any, ...]]:
    """How many rows there are for each track and site, these two, and the sums of their figures."""
    where = ["TRUE"]
    if selection.site is not None:
        where.append("allocation.site_id = %(site)s")
    if selection.track is not None:
        where.append("project.track_id = %(track)s")
    figures = _FIGURES.format(of_projects="TRUE", of_allocations="TRUE", where=" AND ".join(where))
    asked = {
        "site": selection.site.pk if selection.site else None,
        "track": selection.track.pk if selection.track else None,
    }
    return _ask(figures + _SUMS, selection.period, asked)


def figures_of(
    allocations: list[int], *, projects: list[int], period: Period
) -> dict[int, list[Any]]:
    """The site, the track and the figures of each of these, which are of these projects."""
    few = len(allocations) <= _FEW
    of_allocations = "{} = ANY(%(allocations)s)" if few else "TRUE"
    figures = _FIGURES.format(
        of_projects="project_id = ANY(%(projects)s)" if few else "TRUE",
        of_allocations=of_allocations.format("allocation_id"),
        where=of_allocations.format("allocation.id"),
    )
    asked = {"allocations": allocations, "projects": projects}
    return {number: found for number, *found in _ask(figures + _EACH, period, asked)}


def _ask(statement: str, period: Period, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    # Nothing was used after today.
    today = timezone.now().date()
    time = months_and_edges(period.first or date.min, min(period.last or today, today))
    with connections[router.db_for_read(Allocation)].cursor() as cursor:
        cursor.execute(statement, time | asked)
        return list(cursor.fetchall())
