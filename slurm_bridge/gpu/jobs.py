"""Which jobs have which GPU, from the folder that prolog and epilog keep.

It is the folder that DCGM-exporter reads, too: one file for each GPU, with the number of a job on
each line. DCGM-exporter wants GPUs by index, `2`, or `2.5` for an instance of MIG. Beside these
lie files by UUID, which it passes over and which are believed first: an index may stand for
another GPU after the driver was loaded anew.
"""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from slurm_bridge.gpu.samples import Gpu

LARGEST_FILE = 4096
MOST_JOBS = 64
JOB_ID = re.compile(rb"[1-9][0-9]{0,9}")


@dataclass(frozen=True)
class MappedJob:
    """A job that has a GPU."""

    job_id: int
    since: float | None = None
    """When its line was written, in epoch seconds, as far as that is known."""


JobsOfGpus = dict[str, tuple[MappedJob, ...]]
"""By UUID."""


@dataclass
class JobFolder:
    """The folder of one node."""

    path: Path

    @property
    def exists(self) -> bool:
        """Whether any prolog has ever written here."""
        return self.path.is_dir()

    def jobs(self, gpus: Iterable[Gpu]) -> JobsOfGpus:
        """The jobs of each GPU that has any; a file that cannot be read says nothing."""
        found = {}
        for gpu in gpus:
            for name in _names(gpu):
                jobs = self._read(name)
                if jobs is not None:
                    found[gpu.uuid] = jobs
                    break
        return found

    def _read(self, name: str) -> tuple[MappedJob, ...] | None:
        try:
            # Root's own folder; but a reader must not hang on a pipe that somebody left there.
            flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self.path / name, flags)
        except OSError:
            return None
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return None
            lines = os.read(descriptor, LARGEST_FILE).split(b"\n")
        except OSError:
            return None
        finally:
            os.close(descriptor)
        ids = dict.fromkeys(int(line) for line in lines if JOB_ID.fullmatch(line.strip()))
        return tuple(MappedJob(job_id, status.st_mtime) for job_id in list(ids)[:MOST_JOBS])


def _names(gpu: Gpu) -> tuple[str, ...]:
    by_index = str(gpu.index) if gpu.instance is None else f"{gpu.index}.{gpu.instance}"
    # A UUID comes from the driver, and none holds a slash.
    return (gpu.uuid.replace("/", "_"), by_index)
