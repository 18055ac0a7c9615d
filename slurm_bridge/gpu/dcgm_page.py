"""What a page of NVIDIA's DCGM-exporter says: gauges of GPUs, and which jobs have them. Pure.

The names are those of its documentation. What its configuration leaves out is no data.
"""

from collections.abc import Callable
from dataclasses import dataclass

from slurm_bridge.gpu.jobs import MOST_JOBS, JobsOfGpus, MappedJob
from slurm_bridge.gpu.page_lines import Line, lines_of
from slurm_bridge.gpu.samples import Gpu, Sample

BYTES_A_MEBIBYTE = 2**20
# DCGM writes numbers near 2**63 for what it cannot tell.
MOST = 2.0**60
_JOB_DIGITS = 10
MOST_GPUS = 512


def _per_cent(value: float) -> float | None:
    return value / 100 if 0 <= value <= 100 else None  # noqa: PLR2004 - per cent


def _share(value: float) -> float | None:
    return value if 0 <= value <= 1 else None


def _watts(value: float) -> float | None:
    return value if 0 <= value < MOST else None


def _joules(value: float) -> float | None:
    return value / 1000 if 0 <= value < MOST else None


def _bytes(value: float) -> int | None:
    return int(value) * BYTES_A_MEBIBYTE if 0 <= value < MOST / BYTES_A_MEBIBYTE else None


_FIELDS: dict[str, tuple[str, Callable[[float], float | int | None]]] = {
    "DCGM_FI_DEV_GPU_UTIL": ("utilisation", _per_cent),
    "DCGM_FI_PROF_SM_ACTIVE": ("sm_active", _share),
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE": ("tensor_active", _share),
    "DCGM_FI_PROF_DRAM_ACTIVE": ("dram_active", _share),
    "DCGM_FI_DEV_POWER_USAGE": ("power_watts", _watts),
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": ("energy_joules", _joules),
    "DCGM_FI_DEV_FB_USED": ("memory_used_bytes", _bytes),
}
_OF_WHOLE_GPU = frozenset({"utilisation", "power_watts", "energy_joules"})


@dataclass(frozen=True)
class DcgmPage:
    """The GPUs of a node at one moment."""

    samples: list[Sample]
    jobs: JobsOfGpus


def read_dcgm(page: bytes, at_seconds: float) -> DcgmPage:
    """A page, read at a moment of the monotonic clock."""
    values: dict[str, dict[str, float | int | None]] = {}
    gpus: dict[str, Gpu] = {}
    jobs: dict[str, dict[int, None]] = {}
    for line in lines_of(page, _FIELDS):
        gpu = _gpu(line)
        if gpu is None or len(gpus) >= MOST_GPUS:
            continue
        name, read = _FIELDS[line.name]
        gpus[gpu.uuid] = gpu
        if gpu.instance is None or name not in _OF_WHOLE_GPU:
            values.setdefault(gpu.uuid, {})[name] = read(line.value)
        job = line.labels.get("hpc_job", "")
        if job.isascii() and job.isdigit() and len(job) <= _JOB_DIGITS:
            jobs.setdefault(gpu.uuid, {})[int(job)] = None
    samples = [
        Sample(gpu=gpu, at_seconds=at_seconds, **values.get(uuid, {}))  # type: ignore[arg-type]
        for uuid, gpu in gpus.items()
    ]
    mapped = {
        uuid: tuple(MappedJob(job) for job in list(ids)[:MOST_JOBS]) for uuid, ids in jobs.items()
    }
    return DcgmPage(samples, mapped)


def _gpu(line: Line) -> Gpu | None:
    uuid, index = line.labels.get("UUID", ""), line.labels.get("gpu", "")
    if not uuid or not (index.isascii() and index.isdigit() and len(index) < 5):  # noqa: PLR2004
        return None
    instance = line.labels.get("GPU_I_ID", "")
    if not instance:
        return Gpu(uuid, int(index), model=line.labels.get("modelName", ""))
    if not (instance.isascii() and instance.isdigit() and len(instance) < 5):  # noqa: PLR2004
        return None
    # Its pages know no UUID of instances.
    return Gpu(f"{uuid}:{instance}", int(index), parent_uuid=uuid, instance=int(instance))
