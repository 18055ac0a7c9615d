"""What one look at a GPU shows; what could not be read is None, which means "no data", never 0."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Gpu:
    """A whole GPU, or one instance that MIG has cut out of it."""

    uuid: str
    index: int
    """Its number in NVML, which a restart of the driver may give to another one."""
    minor: int | None = None
    """The number of its device file, /dev/nvidiaN, by which Slurm counts GPUs."""
    model: str = ""
    parent_uuid: str = ""
    """Of a MIG instance, the whole GPU that it is part of."""
    instance: int | None = None
    """Of a MIG instance, the number of its GPU instance."""


@dataclass(frozen=True)
class GpuProcess:
    """A process that holds memory of a GPU."""

    pid: int
    memory_bytes: int | None = None
    utilisation: float | None = None
    """The share of time in which its kernels ran, 0 to 1."""


@dataclass(frozen=True)
class Sample:
    """One GPU at one moment; shares are 0 to 1."""

    gpu: Gpu
    at_seconds: float
    """By the monotonic clock."""
    utilisation: float | None = None
    """The share of time in which any kernel ran."""
    sm_active: float | None = None
    tensor_active: float | None = None
    dram_active: float | None = None
    memory_used_bytes: int | None = None
    memory_total_bytes: int | None = None
    power_watts: float | None = None
    energy_joules: float | None = None
    """The GPU's own counter, since its driver was loaded."""
    sm_clock_mhz: int | None = None
    memory_clock_mhz: int | None = None
    temperature_celsius: int | None = None
    throttle_reasons: int | None = None
    """NVML's bits for what holds the clocks back."""
    ecc_corrected: int | None = None
    ecc_uncorrected: int | None = None
    xid: int | None = None
    """The last critical error that the driver told since the exporter began."""
    processes: tuple[GpuProcess, ...] | None = None
