"""Slurm's own record of which job has which GPU of this node, for when the prolog does not say."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from slurm_bridge.errors import BridgeError
from slurm_bridge.gpu.jobs import JobsOfGpus, MappedJob
from slurm_bridge.gpu.samples import Gpu
from slurm_bridge.node_lists import NodeListError, nodes_of
from slurm_bridge.slurm.commands import Commands

# Asked so seldom, since each question is one to slurmctld, from every node.
SECONDS_BETWEEN = 60
MOST_NUMBER = 1023
_ON_NODES = re.compile(r"^\s+Nodes=(\S+) .*\bGRES=(\S+)", re.MULTILINE)
_INDICES = re.compile(r"gpu(?::[^(:,]+)*\(IDX:([0-9,-]+)\)")


@dataclass
class SlurmRecord:
    """What slurmctld says of this node, read again once a minute at most."""

    commands: Commands
    node: str
    clock: Callable[[], float] = time.monotonic
    failed: int = 0
    _numbers: dict[int, frozenset[int]] | None = None
    _read_at: float = float("-inf")

    def running(self) -> frozenset[int] | None:
        """The jobs of this node; None where Slurm does not answer."""
        numbers = self._current()
        return None if numbers is None else frozenset(numbers)

    def jobs(self, gpus: Iterable[Gpu]) -> JobsOfGpus:
        """The jobs of each GPU that has any. Slurm counts GPUs by their device files."""
        found = {}
        for gpu in gpus:
            number = gpu.index if gpu.minor is None else gpu.minor
            ids = [job for job, has in (self._current() or {}).items() if number in has]
            if ids and not gpu.parent_uuid:  # Of instances its numbers say nothing.
                found[gpu.uuid] = tuple(MappedJob(job) for job in sorted(ids))
        return found

    def _current(self) -> dict[int, frozenset[int]] | None:
        if self.clock() >= self._read_at + SECONDS_BETWEEN:
            self._read_at = self.clock()
            try:
                self._numbers = self._read()
            except (BridgeError, NodeListError):
                self.failed += 1
                self._numbers = None
        return self._numbers

    def _read(self) -> dict[int, frozenset[int]]:
        here = ("--nodelist", self.node, "--states", "RUNNING,SUSPENDED,COMPLETING")
        ids = self.commands.read("squeue", "--all", "--noheader", "--format=%A", *here).split()
        found = {}
        for job_id in ids:
            if job_id.isdigit():
                result = self.commands.attempt("scontrol", "show", "--detail", "job", job_id)
                found[int(job_id)] = gpu_numbers(result.stdout, self.node)
        return found


def gpu_numbers(shown: str, node: str) -> frozenset[int]:
    """The GPUs of a node that `scontrol show --detail job` says a job has there."""
    numbers: set[int] = set()
    for nodes, gres in _ON_NODES.findall(shown):
        if node in nodes_of(nodes):
            for indices in _INDICES.findall(gres):
                numbers |= set(_numbers(indices))
    return frozenset(numbers)


def _numbers(indices: str) -> Iterator[int]:
    for part in indices.split(","):
        first, _dash, last = part.partition("-")
        if first.isdigit() and (last or first).isdigit():
            yield from range(int(first), min(int(last or first), MOST_NUMBER) + 1)
