"""What of a GPU is each job's, when several have it at once. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from slurm_bridge.gpu.samples import GpuProcess, Sample


@dataclass(frozen=True)
class Part:
    """One job's part of one GPU at one moment."""

    job_id: int
    utilisation: float | None
    sm_active: float | None
    tensor_active: float | None
    dram_active: float | None
    memory_used_bytes: int | None
    of_energy: float
    """Which share of the GPU's power is put down to it, 0 to 1."""
    is_shared: bool = False


def parts_of(sample: Sample, jobs: Sequence[int], job_of_pid: Mapping[int, int]) -> Iterator[Part]:
    """Each job's part.

    Where NVML tells the use of each process it is divided by that. Else the utilisation of the
    whole stands for each of the jobs, with the word that it is shared, and energy goes in equal
    parts. What the SMs did can never be told apart.
    """
    if len(jobs) == 1:
        yield Part(
            job_id=jobs[0],
            utilisation=sample.utilisation,
            sm_active=sample.sm_active,
            tensor_active=sample.tensor_active,
            dram_active=sample.dram_active,
            memory_used_bytes=sample.memory_used_bytes,
            of_energy=1,
        )
        return
    shares = {job: _utilisation(_of_job(sample, job, job_of_pid)) for job in jobs}
    is_told = _is_told(sample)
    total = sum(shares.values())
    for job in jobs:
        processes = _of_job(sample, job, job_of_pid)
        yield Part(
            job_id=job,
            utilisation=min(shares[job], 1) if is_told else sample.utilisation,
            sm_active=None,
            tensor_active=None,
            dram_active=None,
            memory_used_bytes=_memory(processes),
            of_energy=shares[job] / total if is_told and total > 0 else 1 / len(jobs),
            is_shared=True,
        )


def _of_job(sample: Sample, job: int, job_of_pid: Mapping[int, int]) -> list[GpuProcess]:
    return [item for item in sample.processes or () if job_of_pid.get(item.pid) == job]


def _is_told(sample: Sample) -> bool:
    """Whether NVML tells each process's use; with none there is nothing to tell but 0."""
    if sample.processes is None or sample.gpu.parent_uuid:
        return False
    return all(item.utilisation is not None for item in sample.processes)


def _utilisation(processes: Sequence[GpuProcess]) -> float:
    return sum(item.utilisation or 0 for item in processes)


def _memory(processes: Sequence[GpuProcess]) -> int | None:
    known = [item.memory_bytes for item in processes if item.memory_bytes is not None]
    return sum(known) if known else None
