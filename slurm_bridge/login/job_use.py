"""How one run used its GPUs, from its row of accounting and its GPUs' counters. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from slurm_bridge.gpu_verdict import GpuSums, Thresholds, verdict_of
from slurm_bridge.gpu_words import help_address, sentence
from slurm_bridge.login.job_ledger import JobUse
from slurm_bridge.wire_accounting import JobRow
from slurm_bridge.wire_gpu import SLACK_SECONDS, GpuCounter


def job_use(
    row: JobRow,
    counters: Iterable[GpuCounter],
    *,
    read_at: int,
    portal_url: str,
    thresholds: Thresholds,
) -> JobUse:
    """What its owner may know; of a run that is not over, as it was when it was read."""
    own = [counter for counter in counters if _is_of(row, counter)]
    until = row.ended_at or read_at
    held = max(0, until - row.started_at) if row.started_at else 0
    # Nothing is said of a part of a GPU, which others may have kept busy.
    judged = [] if any(counter.shared for counter in own) else _sums(own)
    verdict = verdict_of(judged, gpus_held=row.gpus, held_seconds=held, thresholds=thresholds)
    measured = [counter for counter in own if counter.utilisation_seconds is not None]
    joules = [counter.energy_joules for counter in own if counter.energy_joules is not None]
    return JobUse(
        job_id=_shown(row),
        raw_id=row.job_id,
        account=row.account,
        gpus=row.gpus,
        held_seconds=held,
        has_ended=row.ended_at is not None,
        as_of=read_at,
        verdict=verdict.kind.value if verdict else "",
        sentence=sentence(verdict) if verdict else "",
        help_url=help_address(portal_url, verdict.kind) if verdict else "",
        measured_gpu_seconds=sum(counter.observed_seconds for counter in measured),
        busy_gpu_seconds=sum(counter.utilisation_seconds or 0 for counter in measured),
        idle_gpu_seconds=sum(counter.idle_seconds or 0 for counter in measured),
        energy_joules=sum(joules) if joules else None,
    )


def _is_of(row: JobRow, counter: GpuCounter) -> bool:
    """Whether a counter began while this run held its GPUs: a requeued one has another span."""
    if row.job_id != counter.job_id or row.started_at is None:
        return False
    began = counter.first_sample_at + SLACK_SECONDS >= row.started_at
    return began and (row.ended_at is None or counter.first_sample_at <= row.ended_at)


def _sums(counters: Iterable[GpuCounter]) -> list[GpuSums]:
    by_gpu: dict[tuple[str, str], list[GpuCounter]] = defaultdict(list)
    for counter in counters:
        if counter.utilisation_seconds is not None:
            by_gpu[counter.node, counter.gpu].append(counter)
    return [_together(parts) for parts in by_gpu.values()]


def _together(parts: list[GpuCounter]) -> GpuSums:
    """An exporter that lost its file counts one GPU twice."""
    active = [part.sm_active_seconds for part in parts if part.sm_active_seconds is not None]
    peaks = [part.peak_memory_bytes for part in parts if part.peak_memory_bytes is not None]
    sizes = [part.memory_total_bytes for part in parts if part.memory_total_bytes is not None]
    return GpuSums(
        seconds=sum(part.observed_seconds for part in parts),
        busy_seconds=sum(part.utilisation_seconds or 0 for part in parts),
        idle_seconds=sum(part.idle_seconds or 0 for part in parts),
        active_seconds=sum(active) if len(active) == len(parts) else None,
        memory_peak_bytes=max(peaks, default=None),
        memory_bytes=max(sizes, default=None),
    )


def _shown(row: JobRow) -> str:
    if row.array_job_id is None or row.array_task_id is None:
        return str(row.job_id)
    return f"{row.array_job_id}_{row.array_task_id}"
