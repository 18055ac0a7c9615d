"""How runs used their GPUs, in one verdict each, from what was counted of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from django.conf import settings

from allocations.models import GpuNotice, GpuRun, Job, JobGpu
from slurm_bridge.gpu_verdict import GpuSums, Verdict, verdict_of

RunKey: TypeAlias = tuple[int, int, datetime]
"""Site, index and time of submission: what tells a run from every other."""


def key_of(row: GpuNotice | GpuRun | JobGpu | Job) -> RunKey:
    """The key of the run that a row is about."""
    return row.site_id, row.db_index, row.submitted_at  # type: ignore[return-value]  # joined rows


def jobs_by_run(runs: Sequence[GpuRun]) -> dict[RunKey, Job]:
    """The accounting's rows of these runs, in one query; a run whose month has left has none."""
    found = Job.objects.filter(
        site__in={run.site_id for run in runs},
        db_index__in={run.db_index for run in runs},
        submitted_at__in={run.submitted_at for run in runs},
    )
    return {key_of(job): job for job in found} if runs else {}


def verdicts_of(runs: Sequence[GpuRun], jobs: dict[RunKey, Job]) -> dict[RunKey, Verdict | None]:
    """A verdict for each run, in one query; None where nothing can be said."""
    counters: dict[RunKey, list[JobGpu]] = defaultdict(list)
    for counter in _counters_of(runs):
        counters[key_of(counter)].append(counter)
    return {
        key_of(run): _verdict(run, jobs.get(key_of(run)), counters[key_of(run)]) for run in runs
    }


def verdict_of_job(job: Job, counters: Iterable[JobGpu]) -> Verdict | None:
    """The verdict on one run, from the counters of its GPUs."""
    return verdict_of(
        sums_by_gpu(counters),
        gpus_held=job.gpus,
        held_seconds=held_seconds(job),
        thresholds=settings.GPU_THRESHOLDS,
    )


def held_seconds(job: Job) -> float:
    """For how long a run has held each of its GPUs, as far as it was counted."""
    if job.started_at is None or job.counted_until is None:
        return 0
    return max(0.0, (job.counted_until - job.started_at).total_seconds())


def sums_by_gpu(counters: Iterable[JobGpu]) -> list[GpuSums]:
    """What was measured of each GPU; an exporter that lost its file counts one GPU twice."""
    by_gpu: dict[tuple[str, str], list[JobGpu]] = defaultdict(list)
    for counter in counters:
        by_gpu[counter.node, counter.uuid].append(counter)
    return [_together(parts) for parts in by_gpu.values()]


def _together(parts: list[JobGpu]) -> GpuSums:
    has_activity = all(part.sm_seconds >= part.measured_seconds for part in parts)
    peaks = [part.peak_memory_bytes for part in parts if part.peak_memory_bytes is not None]
    sizes = [part.memory_total_bytes for part in parts if part.memory_total_bytes is not None]
    return GpuSums(
        seconds=sum(part.measured_seconds for part in parts),
        busy_seconds=sum(part.utilisation_seconds for part in parts),
        idle_seconds=sum(part.idle_seconds for part in parts),
        active_seconds=sum(part.sm_active_seconds for part in parts) if has_activity else None,
        memory_peak_bytes=max(peaks, default=None),
        memory_bytes=max(sizes, default=None),
    )


def _verdict(run: GpuRun, job: Job | None, counters: list[JobGpu]) -> Verdict | None:
    """Nothing is said of a part of a GPU, which others may have kept busy."""
    return verdict_of_job(job, counters) if job is not None and not run.is_shared else None


def _counters_of(runs: Sequence[GpuRun]) -> Iterable[JobGpu]:
    if not runs:
        return ()
    return JobGpu.objects.filter(
        site__in={run.site_id for run in runs},
        db_index__in={run.db_index for run in runs},
        submitted_at__in={run.submitted_at for run in runs},
    )
