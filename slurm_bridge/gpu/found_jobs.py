"""Which jobs have which GPU: by the prolog's folder, and where it falls short by Slurm's record."""

from collections.abc import Sequence
from dataclasses import dataclass

from slurm_bridge.gpu.jobs import JobFolder, JobsOfGpus
from slurm_bridge.gpu.samples import Sample
from slurm_bridge.gpu.slurm_record import SlurmRecord


@dataclass
class FoundJobs:
    """Asks the folder first, and Slurm only where the folder cannot be all there is to say."""

    folder: JobFolder
    record: SlurmRecord

    def jobs(self, samples: Sequence[Sample]) -> JobsOfGpus:
        """The jobs of each GPU that has any."""
        gpus = [sample.gpu for sample in samples]
        if not self.folder.exists:
            return self.record.jobs(gpus)
        found = self.folder.jobs(gpus)
        busy = [
            sample.gpu for sample in samples if sample.processes and not found.get(sample.gpu.uuid)
        ]
        if busy:
            found |= self.record.jobs(busy)
        return self._without_stale(found)

    def _without_stale(self, found: JobsOfGpus) -> JobsOfGpus:
        """Without jobs that are over, where several are told: broken nodes leave them."""
        if all(len(jobs) < 2 for jobs in found.values()):  # noqa: PLR2004 - one job has it alone
            return found
        running = self.record.running()
        if running is None:
            return found
        return {
            uuid: tuple(job for job in jobs if len(jobs) == 1 or job.job_id in running)
            for uuid, jobs in found.items()
        }
