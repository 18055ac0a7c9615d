"""The statements that bring sums of GPU figures up to date, of runs and of days."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from allocations.models.gpu import SUMMED

_COLUMNS = ", ".join(SUMMED)

_DAYS = f"""
    INSERT INTO allocations_dailygpuuse AS counted
        (site_id, project_id, username, day, {_COLUMNS})
    SELECT %(site)s, change.project_id, change.username, change.day,
           {", ".join(f"change.{name}" for name in SUMMED)}
    FROM jsonb_to_recordset(%(changes)s) AS change(
        project_id bigint, username text, day date,
        {", ".join(f"{name} double precision" for name in SUMMED)}
    )
    ORDER BY change.project_id, change.username, change.day
    ON CONFLICT (project_id, site_id, username, day) DO UPDATE SET
        {", ".join(f"{name} = counted.{name} + EXCLUDED.{name}" for name in SUMMED)}
"""

# A run has few GPUs: adding them up anew costs less than the care that differences need.
_RUNS = f"""
    INSERT INTO allocations_gpurun
        (site_id, db_index, submitted_at, job_id, project_id, username, gpus, nodes,
         first_sample_at, last_sample_at, peak_memory_bytes, memory_total_bytes, is_shared,
         {_COLUMNS})
    SELECT gpu.site_id, gpu.db_index, gpu.submitted_at, MIN(gpu.job_id), MIN(gpu.project_id),
           MIN(gpu.username), COUNT(DISTINCT gpu.uuid), COUNT(DISTINCT gpu.node),
           MIN(gpu.first_sample_at), MAX(gpu.last_sample_at), MAX(gpu.peak_memory_bytes),
           MAX(gpu.memory_total_bytes), bool_or(gpu.is_shared),
           {", ".join(f"SUM(gpu.{name})" for name in SUMMED)}
    FROM allocations_jobgpu gpu
    JOIN jsonb_to_recordset(%(runs)s) AS run(db_index bigint, submitted_at timestamptz)
      ON gpu.site_id = %(site)s AND gpu.db_index = run.db_index
     AND gpu.submitted_at = run.submitted_at
    GROUP BY gpu.site_id, gpu.db_index, gpu.submitted_at
    ON CONFLICT (site_id, db_index, submitted_at) DO UPDATE SET
        {
    ", ".join(
        f"{name} = EXCLUDED.{name}"
        for name in (
            "gpus",
            "nodes",
            "first_sample_at",
            "last_sample_at",
            "peak_memory_bytes",
            "memory_total_bytes",
            "is_shared",
            *SUMMED,
        )
    )
}
"""

# A counter that waits, and whose run may have come; the action looks at the times again.
_JOINABLE = """
    SELECT gpu.id FROM allocations_jobgpu gpu
    WHERE gpu.site_id = %(site)s AND gpu.db_index IS NULL AND EXISTS (
        SELECT 1 FROM allocations_job job
        WHERE job.site_id = gpu.site_id AND job.job_id = gpu.job_id
          AND job.started_at <= gpu.first_sample_at + %(edge)s
          AND COALESCE(job.ended_at, 'infinity') >= gpu.first_sample_at - %(edge)s
    )
    ORDER BY gpu.first_sample_at LIMIT %(most)s
"""


@dataclass(frozen=True)
class DayKey:
    """Whose day it is, at one site."""

    project_id: int
    username: str
    day: date


def add_to_days(site_id: int, changes: Mapping[DayKey, Mapping[str, float]]) -> None:
    """Add to what is counted of days."""
    if not changes:
        return
    rows = [asdict(key) | dict(figures) for key, figures in changes.items()]
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"site": site_id, "changes": json.dumps(rows, default=str)})


def sum_up_runs(site_id: int, runs: Iterable[tuple[int, datetime]]) -> None:
    """Add up the GPUs of these runs, by index and time of submission."""
    rows = [{"db_index": index, "submitted_at": str(at)} for index, at in sorted(set(runs))]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_RUNS, {"site": site_id, "runs": json.dumps(rows)})


def joinable(site_id: int, *, edge: Any, most: int) -> list[int]:
    """Counters of a site without a run for which there may be one now."""
    with connection.cursor() as cursor:
        cursor.execute(_JOINABLE, {"site": site_id, "edge": edge, "most": most})
        return [pk for (pk,) in cursor.fetchall()]
