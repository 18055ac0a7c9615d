"""What a job's GPUs did, as one verdict. Pure; the site and the portal judge by the same rule.

Whatever is unclear counts for the user: a GPU is called idle only where it was measured so.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeGuard

from pydantic import BaseModel, ConfigDict, Field

ALL_PERCENT = 100


class Kind(StrEnum):
    """What there is to say; the word is part of addresses and files that programs read."""

    TOO_SHORT = "too-short"
    """Too short to say: most of such a job is its start."""
    NO_GPU_USED = "no-gpu-used"
    SOME_GPUS_UNUSED = "some-gpus-unused"
    MOSTLY_WAITING = "mostly-waiting"
    """Low utilisation of all GPUs that it used: they wait for data, or for the processors."""
    FEW_CORES = "few-cores"
    """Busy by NVIDIA's simple measure, but on a small part of each GPU only."""
    MEMORY_FULL = "memory-full"
    MEMORY_EMPTY = "memory-empty"
    GOOD = "good"


UpToAWeek = Annotated[int, Field(ge=0, le=604_800)]
Percent = Annotated[int, Field(ge=0, le=ALL_PERCENT)]
PercentAboveZero = Annotated[int, Field(ge=1, le=ALL_PERCENT)]


class Thresholds(BaseModel):
    """Where one verdict ends and another begins; docs/gpu_verdicts.md gives the reason of each.

    None has a default of its own, so that a message of the portal always holds all of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    shortest_seconds: UpToAWeek
    """Nothing is said of a job whose GPUs were held for less."""
    least_measured_percent: PercentAboveZero
    """Nothing is said of a job of whose GPU time less was measured."""
    unused_percent: PercentAboveZero
    """A GPU that was idle for so much of its time counts as unused."""
    waiting_percent: Percent
    """Used GPUs that were less busy than this on average are mostly waiting."""
    few_cores_percent: Percent
    """Busy GPUs of whose cores less than this worked on average."""
    memory_full_percent: PercentAboveZero
    memory_empty_percent: Percent
    """Of the memory of each GPU, at its peak."""


DEFAULT_THRESHOLDS = Thresholds(
    shortest_seconds=600,
    least_measured_percent=80,
    unused_percent=90,
    waiting_percent=30,
    few_cores_percent=10,
    memory_full_percent=95,
    memory_empty_percent=10,
)
"""What holds unless the portal's settings say otherwise."""


@dataclass(frozen=True)
class GpuSums:
    """What was measured of one GPU while one job held it."""

    seconds: float
    """For so long its utilisation was measured."""
    busy_seconds: float
    """Utilisation, from 0 to 1, over this time."""
    idle_seconds: float
    """Of this time at a utilisation of 0 %."""
    active_seconds: float | None = None
    """The share of its cores that worked, from 0 to 1, over this time; None is “no data”."""
    memory_peak_bytes: float | None = None
    memory_bytes: float | None = None
    """All that it has."""


@dataclass(frozen=True)
class Verdict:
    """One thing to say of a job; percents are whole and never more than was measured."""

    kind: Kind
    gpus: int
    """That the job held."""
    unused_gpus: int = 0
    idle_percent: int | None = None
    """For how much of their time the unused ones were idle."""
    busy_percent: int | None = None
    """How busy those were, on average, that it used."""
    active_percent: int | None = None
    """How much of their cores worked, on average."""
    memory_percent: int | None = None
    """The peak of memory of the fullest GPU."""

    @property
    def is_waste(self) -> bool:
        """Whether GPUs were held that somebody else could have used."""
        return self.kind in (Kind.NO_GPU_USED, Kind.SOME_GPUS_UNUSED, Kind.MOSTLY_WAITING)

    @property
    def needs_nothing(self) -> bool:
        """Whether its user need do nothing about it."""
        return self.kind in (Kind.GOOD, Kind.TOO_SHORT)


def verdict_of(
    gpus: Iterable[GpuSums],
    *,
    gpus_held: int,
    held_seconds: float,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Verdict | None:
    """The most useful thing to say; None where too little was measured to say anything.

    `held_seconds` is for how long the job held its GPUs, each of them.
    """
    measured = [sums for sums in map(_sane, gpus) if sums is not None]
    count = max(gpus_held, len(measured))
    if not math.isfinite(held_seconds) or held_seconds <= 0 or count <= 0:
        return None
    if held_seconds < thresholds.shortest_seconds:
        return Verdict(Kind.TOO_SHORT, count)
    seconds = sum(min(sums.seconds, held_seconds) for sums in measured)
    if seconds * ALL_PERCENT < thresholds.least_measured_percent * held_seconds * count:
        return None
    return _judged(measured, count, thresholds)


def _judged(measured: Sequence[GpuSums], count: int, thresholds: Thresholds) -> Verdict:
    unused = [sums for sums in measured if _is_unused(sums, thresholds)]
    used = [sums for sums in measured if not _is_unused(sums, thresholds)]
    idle = _percent(sum(sums.idle_seconds for sums in unused), _seconds(unused))
    busy = _percent(sum(sums.busy_seconds for sums in used), _seconds(used))
    active = _active_percent(used)
    memory = _memory_percent(measured)
    return Verdict(
        kind=_kind(len(unused), count, busy, active, memory, thresholds),
        gpus=count,
        unused_gpus=len(unused),
        idle_percent=idle,
        busy_percent=busy,
        active_percent=active,
        memory_percent=memory,
    )


def _kind(
    unused: int,
    count: int,
    busy: int | None,
    active: int | None,
    memory: int | None,
    thresholds: Thresholds,
) -> Kind:
    """What helps most comes first: a GPU too many before one that could do more."""
    if unused:
        return Kind.NO_GPU_USED if unused == count else Kind.SOME_GPUS_UNUSED
    if _is_below(busy, thresholds.waiting_percent):
        return Kind.MOSTLY_WAITING
    if _is_below(active, thresholds.few_cores_percent):
        return Kind.FEW_CORES
    return _kind_by_memory(memory, thresholds)


def _kind_by_memory(memory: int | None, thresholds: Thresholds) -> Kind:
    if memory is None or thresholds.memory_empty_percent <= memory < thresholds.memory_full_percent:
        return Kind.GOOD
    return Kind.MEMORY_FULL if memory >= thresholds.memory_full_percent else Kind.MEMORY_EMPTY


def _is_below(percent: int | None, threshold: int) -> bool:
    return percent is not None and percent < threshold


def _is_unused(sums: GpuSums, thresholds: Thresholds) -> bool:
    return sums.idle_seconds * ALL_PERCENT >= thresholds.unused_percent * sums.seconds


def _seconds(gpus: Iterable[GpuSums]) -> float:
    return sum(sums.seconds for sums in gpus)


def _active_percent(gpus: Sequence[GpuSums]) -> int | None:
    known = [sums.active_seconds for sums in gpus if sums.active_seconds is not None]
    return _percent(sum(known), _seconds(gpus)) if len(known) == len(gpus) else None


def _memory_percent(gpus: Sequence[GpuSums]) -> int | None:
    shares = [
        _percent(sums.memory_peak_bytes, sums.memory_bytes)
        for sums in gpus
        if sums.memory_peak_bytes is not None and sums.memory_bytes is not None
    ]
    known = [share for share in shares if share is not None]
    return max(known) if gpus and len(known) == len(gpus) else None


def _percent(part: float, whole: float) -> int | None:
    """Whole percents, cut off, so that no sentence says more than was measured."""
    return min(ALL_PERCENT, math.floor(part / whole * ALL_PERCENT)) if whole > 0 else None


def _sane(sums: GpuSums) -> GpuSums | None:
    """The same without what cannot be; None where nothing is left of it."""
    if not _is_amount(sums.seconds) or sums.seconds <= 0 or not _is_amount(sums.busy_seconds):
        return None
    busy = min(sums.busy_seconds, sums.seconds)
    idle = sums.idle_seconds if _is_amount(sums.idle_seconds) else 0
    peak, memory = sums.memory_peak_bytes, sums.memory_bytes
    knows_memory = _is_amount(peak) and _is_amount(memory) and peak <= memory
    return GpuSums(
        seconds=sums.seconds,
        busy_seconds=busy,
        # A GPU is not idle while it is busy.
        idle_seconds=min(idle, sums.seconds - busy),
        active_seconds=sums.active_seconds
        if _is_amount(sums.active_seconds) and sums.active_seconds <= sums.seconds
        else None,
        memory_peak_bytes=peak if knows_memory else None,
        memory_bytes=memory if knows_memory else None,
    )


def _is_amount(number: float | None) -> TypeGuard[float]:
    return number is not None and math.isfinite(number) and number >= 0
