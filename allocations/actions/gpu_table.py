"""The statements that bring GPU figures up to date: sums of runs and of days, and minutes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from allocations.models import GpuMinutes, JobGpu
from allocations.models.gpu import SUMMED
from allocations.rules.gpu_minutes import Block, Figure, block_start, pack, parts_of_blocks, unpack
from slurm_bridge.wire_gpu import MinutePiece

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


def store_minutes(pieces: Iterable[tuple[JobGpu, MinutePiece]], *, since: int) -> int:
    """Fill gaps of the minutes of GPUs, from a time on; how many blocks that changed."""
    told: dict[tuple[int, int], list[tuple[int, list[tuple[Figure, ...]]]]] = {}
    for gpu, piece in pieces:
        series = (piece.utilisation_percent, piece.memory_mib, piece.power_watts)
        for start, place, taken in parts_of_blocks(piece.starts_at, len(series[0])):
            if start >= since:
                part = [figures[taken] for figures in series]
                told.setdefault((gpu.pk, start), []).append((place, part))
    if not told:
        return 0
    known = _known_blocks(told)
    changed = []
    for key, parts in told.items():
        block = known.get(key) or Block()
        # Each part is filled in, also after one that was news.
        if sum(block.fill(place, part) for place, part in parts):
            changed.append((*key, pack(block)))
    with connection.cursor() as cursor:
        for start in range(0, len(changed), _ROWS_AT_ONCE):
            rows = changed[start : start + _ROWS_AT_ONCE]
            values = ", ".join(["(%s, to_timestamp(%s), %s)"] * len(rows))
            cursor.execute(_MINUTES.format(values=values), [cell for row in rows for cell in row])
    return len(changed)


_ROWS_AT_ONCE = 500
_MINUTES = """
    INSERT INTO allocations_gpuminutes (gpu_id, starts_at, packed) VALUES {values}
    ON CONFLICT (gpu_id, starts_at) DO UPDATE SET packed = EXCLUDED.packed
"""


def _known_blocks(keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Block]:
    keys = set(keys)
    starts = {start for _gpu, start in keys}
    found = GpuMinutes.objects.filter(
        gpu__in={gpu for gpu, _start in keys},
        starts_at__in=[datetime.fromtimestamp(start, UTC) for start in starts],
    )
    blocks = {
        (gpu, block_start(int(at.timestamp()))): packed
        for gpu, at, packed in found.values_list("gpu", "starts_at", "packed")
    }
    return {key: unpack(bytes(packed)) for key, packed in blocks.items() if key in keys}
