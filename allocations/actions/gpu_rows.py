"""Counters of GPUs as they are told, and as they are kept."""

from collections.abc import Iterable
from datetime import datetime

from allocations.actions.moments import moment
from allocations.models import Job, JobGpu, Site
from allocations.models.gpu import SUMMED
from allocations.rules.gpu_counters import Run, Span, Told
from slurm_bridge.wire_gpu import GpuCounter

Key = tuple[int, str, str, int]
"""A counter within its site: job, node, GPU, first sample."""

KEY_COLUMNS = ("site", "job_id", "node", "uuid", "first_sample_at")
OWN_COLUMNS = (
    "gpu_index",
    "last_sample_at",
    "samples",
    "tensor_active_seconds",
    "dram_active_seconds",
    "peak_memory_bytes",
    "memory_total_bytes",
    "is_shared",
    *SUMMED,
)
RUN_COLUMNS = ("project", "username", "db_index", "submitted_at")


def runs_numbered(site: Site, jobs: Iterable[int]) -> dict[int, list[Run]]:
    """The runs of these jobs' numbers that have begun."""
    runs: dict[int, list[Run]] = {}
    found = Job.objects.filter(site=site, job_id__in=set(jobs), started_at__isnull=False)
    columns = ("db_index", "submitted_at", "project_id", "username", "started_at", "ended_at")
    for job_id, *values in found.order_by().values_list("job_id", *columns, "nodes_used"):
        runs.setdefault(job_id, []).append(Run(*values))
    return runs


def row_of(site: Site, counter: GpuCounter) -> JobGpu:
    """A counter as it is kept: each sum with the seconds for which there is such data."""
    observed = counter.observed_seconds
    has_energy = counter.energy_joules is not None
    return JobGpu(
        site=site,
        job_id=counter.job_id,
        node=counter.node,
        uuid=counter.gpu,
        gpu_index=counter.gpu_index,
        first_sample_at=moment(counter.first_sample_at),
        last_sample_at=moment(counter.last_sample_at),
        samples=counter.samples,
        observed_seconds=observed,
        measured_seconds=0 if counter.utilisation_seconds is None else observed,
        utilisation_seconds=counter.utilisation_seconds or 0,
        idle_seconds=counter.idle_seconds or 0,
        sm_seconds=0 if counter.sm_active_seconds is None else observed,
        sm_active_seconds=counter.sm_active_seconds or 0,
        metered_seconds=observed if has_energy else 0,
        energy_joules=counter.energy_joules or 0,
        tensor_active_seconds=counter.tensor_active_seconds,
        dram_active_seconds=counter.dram_active_seconds,
        peak_memory_bytes=counter.peak_memory_bytes,
        memory_total_bytes=counter.memory_total_bytes,
        is_shared=counter.shared,
    )


def told_by(gpu: JobGpu) -> Told:
    """What a kept counter said last."""
    return Told(
        last_sample_at=epoch_of(gpu.last_sample_at),
        samples=gpu.samples,
        observed_seconds=gpu.observed_seconds,
        utilisation_seconds=gpu.utilisation_seconds if gpu.measured_seconds else None,
        idle_seconds=gpu.idle_seconds if gpu.measured_seconds else None,
        sm_active_seconds=gpu.sm_active_seconds if gpu.sm_seconds else None,
        energy_joules=gpu.energy_joules if gpu.metered_seconds else None,
    )


def span_of(gpu: JobGpu) -> Span:
    """From when to when a kept counter watched."""
    return Span(epoch_of(gpu.first_sample_at), epoch_of(gpu.last_sample_at))


def key_of(gpu: JobGpu) -> Key:
    """By what a kept counter is known."""
    return gpu.job_id, gpu.node, gpu.uuid, epoch_of(gpu.first_sample_at)


def epoch_of(at: datetime) -> int:
    """Epoch seconds."""
    return int(at.timestamp())
