"""Keeps the minutes of GPUs: the block that runs apart, and each block once when it is over.

A block that runs is written anew with each message. Where it lies each GPU has one row, and what
updates leave behind there is used again; where whole blocks lie nothing is left behind.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

from accounts.audit import SystemActor, action
from allocations.models import GpuMinutes, JobGpu, RunningGpuMinutes, SiteStatus
from allocations.rules.gpu_minutes import (
    SECONDS_A_BLOCK,
    Block,
    Figure,
    block_start,
    pack,
    parts_of_blocks,
    unpack,
)
from slurm_bridge.wire_gpu import MinutePiece

Part = tuple[int, list[tuple[Figure, ...]]]
"""From which place in a block on, and the figures of each series."""

Key = tuple[int, int]
"""A counter by its number, and when a block begins."""


def store_minutes(pieces: Iterable[tuple[JobGpu, MinutePiece]], *, since: int) -> int:
    """Fill gaps of the minutes of GPUs, from a time on; how many blocks that changed."""
    told: dict[Key, list[Part]] = {}
    for gpu, piece in pieces:
        series = (piece.utilisation_percent, piece.memory_mib, piece.power_watts)
        for start, place, taken in parts_of_blocks(piece.starts_at, len(series[0])):
            if start >= since:
                part = [figures[taken] for figures in series]
                told.setdefault((gpu.pk, start), []).append((place, part))
    if not told:
        return 0
    kept = _Kept.of(told)
    for key, parts in told.items():
        kept.fill(key, parts)
    kept.write()
    return len(kept.changed)


@action
def put_away_minutes(*, actor: SystemActor) -> int:
    """Put blocks with the others whose GPU has told nothing since they were over; how many."""
    over = timezone.now() - timedelta(seconds=2 * SECONDS_A_BLOCK)
    # While no site brings more of them.
    list(SiteStatus.objects.select_for_update().order_by("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_PUT_AWAY, [over])
        return int(cursor.rowcount)


@dataclass
class _Kept:
    """What is kept of the blocks that are told of, and of those that run."""

    running: dict[int, tuple[int, bytes]]
    """The block that runs, by counter: when it began, and what it is."""
    over: dict[Key, bytes]
    changed: dict[Key, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Iterable[Key]) -> "_Kept":
        """Read them; nearly always all that is told of runs."""
        told = set(told)
        found = RunningGpuMinutes.objects.filter(gpu__in={gpu for gpu, _start in told})
        running = {
            gpu: (_epoch(at), bytes(packed))
            for gpu, at, packed in found.values_list("gpu", "starts_at", "packed")
        }
        others = {key for key in told if running.get(key[0], (None,))[0] != key[1]}
        return cls(running, _whole_blocks(others))

    def fill(self, key: Key, parts: Iterable[Part]) -> None:
        """Fill the gaps of one block."""
        gpu, start = key
        began, packed = self.running.get(gpu, (None, b""))
        known = packed if began == start else self.over.get(key)
        block = unpack(known) if known else Block()
        # Each part is filled in, also after one that was news.
        if sum(block.fill(place, part) for place, part in parts):
            self.changed[key] = pack(block)

    def write(self) -> None:
        """Each counter's last block runs; those before it are over."""
        running: dict[int, tuple[int, bytes]] = {}
        over: dict[Key, bytes] = {}
        for (gpu, start), packed in sorted(self.changed.items()):
            if (gpu, start) in self.over:
                over[gpu, start] = packed
                continue
            began, before = running.get(gpu) or self.running.get(gpu) or (start, b"")
            if start < began:
                over[gpu, start] = packed
                continue
            if start > began:
                over[gpu, began] = before
            running[gpu] = (start, packed)
        _upsert(_OVER, [(gpu, start, packed) for (gpu, start), packed in over.items()])
        _upsert(_RUNNING, [(gpu, start, packed) for gpu, (start, packed) in running.items()])


def _whole_blocks(keys: set[Key]) -> dict[Key, bytes]:
    if not keys:
        return {}
    found = GpuMinutes.objects.filter(
        gpu__in={gpu for gpu, _start in keys},
        starts_at__in={datetime.fromtimestamp(start, UTC) for _gpu, start in keys},
    )
    blocks = {
        (gpu, block_start(_epoch(at))): bytes(packed)
        for gpu, at, packed in found.values_list("gpu", "starts_at", "packed")
    }
    return {key: packed for key, packed in blocks.items() if key in keys}


_ROWS_AT_ONCE = 500
_OVER = """
    INSERT INTO allocations_gpuminutes (gpu_id, starts_at, packed) VALUES {values}
    ON CONFLICT (gpu_id, starts_at) DO UPDATE SET packed = EXCLUDED.packed
"""
_RUNNING = """
    INSERT INTO allocations_runninggpuminutes (gpu_id, starts_at, packed) VALUES {values}
    ON CONFLICT (gpu_id) DO UPDATE SET starts_at = EXCLUDED.starts_at, packed = EXCLUDED.packed
"""
_PUT_AWAY = """
    WITH gone AS (
        DELETE FROM allocations_runninggpuminutes WHERE starts_at < %s
        RETURNING gpu_id, starts_at, packed
    )
    INSERT INTO allocations_gpuminutes (gpu_id, starts_at, packed) SELECT * FROM gone
"""


def _upsert(statement: str, rows: list[tuple[int, int, bytes]]) -> None:
    with connection.cursor() as cursor:
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[first : first + _ROWS_AT_ONCE]
            values = ", ".join(["(%s, to_timestamp(%s), %s)"] * len(some))
            cursor.execute(statement.format(values=values), [cell for row in some for cell in row])


def _epoch(at: datetime) -> int:
    return int(at.timestamp())
