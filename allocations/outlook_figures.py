"""What sites and pools were used for and will be, read in one statement for the decision page."""

from collections.abc import Collection
from dataclasses import astuple, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection

from allocations.models import Pool, Site

USUAL_DAYS = 28

# What somebody used of a grant that several pools paid for is each pool's in proportion.
_FIGURES = """
    WITH taken AS (
        SELECT draw.pool_id, entry.allocation_id AS id, 60 * SUM(draw.gpu_minutes) AS seconds
        FROM allocations_pooldraw draw
        JOIN allocations_ledgerentry entry ON entry.id = draw.entry_id
        WHERE draw.pool_id = ANY(%(pools)s)
        GROUP BY draw.pool_id, entry.allocation_id
    ), awarded AS (
        SELECT id, project_id, site_id, ends_on,
            released_at IS NULL AND ends_on >= %(today)s AS is_running
        FROM allocations_allocation
        WHERE site_id = ANY(%(sites)s) AND adopted_at IS NULL
          AND (released_at IS NULL AND ends_on >= %(today)s OR id IN (SELECT id FROM taken))
    ), granted AS (
        SELECT awarded.id, 60 * SUM(entry.gpu_minutes) AS seconds
        FROM awarded JOIN allocations_ledgerentry entry ON entry.allocation_id = awarded.id
        GROUP BY awarded.id
    ), used AS (
        SELECT project_id, site_id, SUM(gpu_seconds) AS seconds
        FROM allocations_projectmonth WHERE site_id = ANY(%(sites)s)
        GROUP BY project_id, site_id
    ), told AS (
        SELECT awarded.*, granted.seconds AS granted,
            LEAST(COALESCE(used.seconds, 0), granted.seconds) AS used_of_grant,
            COALESCE(used.seconds, 0) AS used
        FROM awarded JOIN granted USING (id) LEFT JOIN used USING (project_id, site_id)
    ), drawn AS (
        SELECT told.*, pool_id, organisation.kind, track.code, taken.seconds / granted AS part
        FROM taken JOIN told USING (id)
        JOIN allocations_project project ON project.id = project_id
        JOIN accounts_organisation organisation ON organisation.id = project.organisation_id
        JOIN allocations_track track ON track.id = project.track_id
        WHERE granted > 0
    ), lately AS (
        SELECT project_id, site_id, SUM(gpu_seconds) AS seconds
        FROM allocations_dailyusage
        WHERE day BETWEEN %(since)s AND %(today)s
          AND project_id IN (SELECT project_id FROM drawn WHERE is_running)
        GROUP BY project_id, site_id
    ), expected AS (
        SELECT drawn.*, CASE WHEN is_running THEN LEAST(
            COALESCE(lately.seconds, 0) * (LEAST(ends_on, %(ends_on)s) - %(today)s + 1)
                / %(usual_days)s,
            granted - used_of_grant
        ) ELSE 0 END AS seconds
        FROM drawn LEFT JOIN lately USING (project_id, site_id)
    )
    SELECT site_id, NULL::bigint, NULL, NULL, SUM(used), SUM(GREATEST(granted - used, 0)), 0, 0, 0
    FROM told WHERE is_running GROUP BY site_id
    UNION ALL
    SELECT site_id, NULL, NULL, NULL, 0, 0, SUM(gpu_seconds), 0, 0
    FROM allocations_siteday
    WHERE site_id = ANY(%(sites)s) AND day BETWEEN %(since)s AND %(today)s GROUP BY site_id
    UNION ALL
    SELECT site_id, NULL, NULL, NULL, 0, 0, 0, SUM(available_gpu_seconds), SUM(seen_seconds)
    FROM allocations_dailycapacity
    WHERE site_id = ANY(%(sites)s) AND day >= %(since)s GROUP BY site_id
    UNION ALL
    SELECT site_id, pool_id, kind, code, SUM(part * used_of_grant), 0, SUM(part * seconds), 0, 0
    FROM expected GROUP BY site_id, pool_id, kind, code
"""


@dataclass(frozen=True)
class SiteFigures:
    """Of one site in seconds, of GPUs but for the last."""

    used: float = 0
    """By the allocations that run today."""
    promised: float = 0
    """What these have left."""
    lately: float = 0
    """What everybody used in the usual days."""
    available: float = 0
    seen: float = 0
    """In these days, and for how long the site was watched."""


@dataclass(frozen=True)
class PoolUse:
    """What one kind of organisation used of a pool on one track, in seconds of GPUs."""

    pool_id: int
    organisation_kind: str
    track_code: str
    used: float
    forecast: float
    """What they will use until the last day asked about, or their own, of what they have left."""


@dataclass(frozen=True)
class OutlookFigures:
    """Sites by their key, and pools."""

    sites: dict[int, SiteFigures] = field(default_factory=dict)
    pools: list[PoolUse] = field(default_factory=list)


def read_outlook_figures(
    sites: Collection[Site], pools: Collection[Pool], today: date, ends_on: date
) -> OutlookFigures:
    """In one statement; a forecast goes on as in the usual days, from today to the last day."""
    asked: dict[str, Any] = {
        "sites": [site.pk for site in sites],
        "pools": [pool.pk for pool in pools],
        "today": today,
        "since": today - timedelta(days=USUAL_DAYS),
        "ends_on": ends_on,
        "usual_days": USUAL_DAYS,
    }
    found = OutlookFigures()
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, asked)
        for site, pool, kind, track, *figures in cursor:
            numbers = [float(figure) for figure in figures]
            if pool is None:
                known = found.sites.get(site, SiteFigures())
                found.sites[site] = SiteFigures(
                    *map(sum, zip(astuple(known), numbers, strict=True))
                )
            else:
                used, _promised, forecast, *_capacity = numbers
                found.pools.append(PoolUse(pool, kind, track, used, forecast))
    return found
