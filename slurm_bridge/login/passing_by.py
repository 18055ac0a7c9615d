"""Receivers that show login nodes what passes on its way to the portal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from slurm_bridge.login.job_files import REMEMBERED_SECONDS, JobFiles
from slurm_bridge.push_jobs import JobReceiver
from slurm_bridge.wire_accounting import JobBatch, JobRow, Watermark
from slurm_bridge.wire_gpu import GpuBatch, GpuUsageAnswer


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
        return self.packed_jobs(batch)()

    def packed_jobs(self, batch: JobBatch) -> Callable[[], Watermark]:
        """Note jobs and pack them, to be delivered when what is returned is called."""
        self.files.note_jobs(_told_of(batch), batch.read_at)
        return self.receiver.packed_jobs(batch)


def _told_of(batch: JobBatch) -> Iterator[JobRow]:
    """Runs of which people are still told; of a history of millions these are few."""
    yield from batch.rows
    if batch.columns is None:
        return
    oldest = batch.read_at - REMEMBERED_SECONDS
    ends = batch.columns.ended_at
    for number, (gpus, ended_at) in enumerate(zip(batch.columns.gpus, ends, strict=True)):
        if gpus and (ended_at is None or ended_at >= oldest):
            yield batch.columns.row(number)


@dataclass(frozen=True)
class CountersPassingBy:
    """Notes each batch of counters, writes what is news, and hands it on."""

    receiver: GpuReceiver
    files: JobFiles

    def send_gpu_usage(self, batch: GpuBatch) -> GpuUsageAnswer:
        """Deliver counters, told on login nodes before, since the portal may be away.

        Where the portal judges by other thresholds than before, they are told anew.
        """
        self.files.note_counters(batch.counters)
        self.files.publish()
        answer = self.receiver.send_gpu_usage(batch)
        if answer.thresholds is not None:
            self.files.judge_by(answer.thresholds)
        return answer
