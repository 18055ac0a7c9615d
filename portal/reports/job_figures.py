"""What is known of one run and of its GPUs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC

from allocations.gpu_verdicts import verdict_of_job
from allocations.models import CreditedRun, EnergyFactor, GpuRun, Job, JobGpu
from allocations.models.gpu import SUMMED
from allocations.queries import energy_factor_on
from allocations.rules.energy import co2e_grams
from slurm_bridge.gpu_verdict import Verdict

GPUS_A_PAGE = 8
LONGEST_UUID = 12
MIG = "MIG-"


@dataclass(frozen=True)
class GpuOfRun:
    """One GPU of a run: its counters, of which there are several where an exporter began anew."""

    counters: tuple[JobGpu, ...]
    is_alone_on_nodes: bool
    """Whether the run used one node only, so that its name need not be repeated."""

    @property
    def name(self) -> str:
        """As its users know it: by its number on the node, a part of one as MIG calls it."""
        gpu = self.counters[0]
        _whole, _colon, part = gpu.uuid.partition(":")  # As DCGM-exporter tells parts.
        if gpu.gpu_index is None or gpu.uuid.startswith(MIG):
            number = gpu.uuid[:LONGEST_UUID]
        else:
            number = f"GPU {gpu.gpu_index}.{part}" if part else f"GPU {gpu.gpu_index}"
        return number if self.is_alone_on_nodes else f"{gpu.node} {number}"

    @property
    def is_part(self) -> bool:
        """Whether it is an instance that MIG cut out of a GPU."""
        return self.uuid.startswith(MIG) or ":" in self.uuid

    @property
    def uuid(self) -> str:
        """As NVML knows it."""
        return self.counters[0].uuid

    @property
    def sums(self) -> GpuRun:
        """Its counters together; never stored."""
        return GpuRun(
            **{name: sum(getattr(item, name) for item in self.counters) for name in SUMMED},
            peak_memory_bytes=_most(item.peak_memory_bytes for item in self.counters),
            memory_total_bytes=_most(item.memory_total_bytes for item in self.counters),
        )


@dataclass(frozen=True)
class JobReport:
    """A run, what its GPUs did, and what there is to say of it."""

    job: Job
    run: GpuRun | None
    gpus: tuple[GpuOfRun, ...]
    verdict: Verdict | None
    factor: EnergyFactor | None
    is_credited: bool

    @property
    def coverage(self) -> float | None:
        """Which part of the GPU time that it held was observed; None where it held none."""
        if self.run is None or not self.job.gpu_seconds:
            return None
        return min(self.run.observed_seconds / self.job.gpu_seconds, 1.0)

    @property
    def has_parts(self) -> bool:
        """Whether it held parts of GPUs, of which drivers tell less."""
        return any(gpu.is_part for gpu in self.gpus)

    @property
    def co2e_grams(self) -> float | None:
        """What its energy stands for; None where either is unknown."""
        kwh = self.run.energy_kwh if self.run else None
        if kwh is None or self.factor is None:
            return None
        return co2e_grams(kwh, self.factor.grams_co2e_per_kwh)

    @property
    def site_tells(self) -> bool:
        """Whether the site ever sent figures of GPUs."""
        status = getattr(self.job.site, "status", None)
        return status is not None and status.gpu_read_at is not None


def job_report(job: Job) -> JobReport:
    """All that is known of a run, in four queries."""
    of_run = {"site": job.site, "db_index": job.db_index, "submitted_at": job.submitted_at}
    run = GpuRun.objects.filter(**of_run).first()
    counters = list(JobGpu.objects.filter(**of_run)) if run else []
    credited = CreditedRun.objects.filter(**of_run)
    return JobReport(
        job=job,
        run=run,
        gpus=_gpus_of(counters),
        verdict=verdict_of_job(job, counters) if run and not run.is_shared else None,
        factor=energy_factor_on(job.site, run.last_sample_at.astimezone(UTC).date())
        if run
        else None,
        is_credited=credited.exists(),
    )


def _gpus_of(counters: Sequence[JobGpu]) -> tuple[GpuOfRun, ...]:
    """By node and number, as they are ordered."""
    by_gpu: dict[tuple[str, str], list[JobGpu]] = {}
    for counter in counters:
        by_gpu.setdefault((counter.node, counter.uuid), []).append(counter)
    is_alone = len({node for node, _uuid in by_gpu}) == 1
    return tuple(GpuOfRun(tuple(found), is_alone) for found in by_gpu.values())


def _most(figures: Iterable[int | None]) -> int | None:
    return max((figure for figure in figures if figure is not None), default=None)
