"""Receivers that show login nodes what passes on its way to the portal."""

from dataclasses import dataclass
from typing import Protocol

from slurm_bridge.login.job_files import JobFiles
from slurm_bridge.wire_accounting import JobBatch, Watermark
from slurm_bridge.wire_gpu import GpuBatch, GpuUsageAnswer


class JobReceiver(Protocol):
    """The portal, as far as jobs are concerned."""

    def send_jobs(self, batch: JobBatch) -> Watermark:
        """Deliver jobs."""
        ...


class GpuReceiver(Protocol):
    """The portal, as far as GPUs are concerned."""

    def send_gpu_usage(self, batch: GpuBatch) -> GpuUsageAnswer:
        """Deliver counters."""
        ...


@dataclass(frozen=True)
class JobsPassingBy:
    """Notes each batch of jobs, and hands it on."""

    receiver: JobReceiver
    files: JobFiles

    def send_jobs(self, batch: JobBatch) -> Watermark:
        """Deliver jobs, noted before, since the portal may be away."""
        self.files.note_jobs(batch.rows, batch.read_at)
        return self.receiver.send_jobs(batch)


@dataclass(frozen=True)
class CountersPassingBy:
    """Notes each batch of counters, writes what is news, and hands it on."""

    receiver: GpuReceiver
    files: JobFiles

    def send_gpu_usage(self, batch: GpuBatch) -> GpuUsageAnswer:
        """Deliver counters, told on login nodes before, since the portal may be away."""
        self.files.note_counters(batch.counters)
        self.files.publish()
        return self.receiver.send_gpu_usage(batch)
