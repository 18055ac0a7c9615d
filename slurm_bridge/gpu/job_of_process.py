"""Which job a process belongs to: by its cgroup, or else by what slurmd says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from slurm_bridge.errors import BridgeError
from slurm_bridge.slurm.commands import Commands

# Of release 22.05 to 25.11; newer ones name no job there.
_IN_CGROUP = re.compile(r"/job_(\d{1,10})(?:/|$)", re.MULTILINE)
MOST_REMEMBERED = 10_000


@dataclass
class JobsOfProcesses:
    """Remembers the job of each process; a number that is given again is looked up again."""

    commands: Commands
    node: str
    proc: Path = Path("/proc")
    _known: dict[tuple[int, str], int | None] = field(default_factory=dict)

    def jobs(self, pids: Iterable[int]) -> dict[int, int]:
        """The job of each of these processes that is of one."""
        keys = {pid: (pid, self._started(pid)) for pid in pids}
        unknown = [key for key in keys.values() if key not in self._known]
        if unknown:
            if len(self._known) > MOST_REMEMBERED:
                self._known.clear()
            self._look_up(unknown)
        found = {pid: self._known.get(key) for pid, key in keys.items()}
        return {pid: job for pid, job in found.items() if job is not None}

    def _look_up(self, keys: list[tuple[int, str]]) -> None:
        left = []
        for key in keys:
            job = self._by_cgroup(key[0])
            if job is None:
                left.append(key)
            else:
                self._known[key] = job
        listed = self._by_slurmd() if left else {}
        for key in left:
            self._known[key] = listed.get(key[0])

    def _by_cgroup(self, pid: int) -> int | None:
        try:
            found = _IN_CGROUP.search((self.proc / str(pid) / "cgroup").read_text())
        except (OSError, UnicodeDecodeError):
            return None
        return int(found[1]) if found else None

    def _by_slurmd(self) -> dict[int, int]:
        try:
            listed = self.commands.attempt("scontrol", "listpids").stdout
        except BridgeError:
            return {}
        rows = (line.split() for line in listed.splitlines())
        return {
            int(row[0]): int(row[1])
            for row in rows
            if len(row) > 1 and row[0].isdigit() and row[1].isdigit()
        }

    def _started(self, pid: int) -> str:
        """When a process began, in the kernel's ticks; empty if it is gone."""
        try:
            stat = (self.proc / str(pid) / "stat").read_text()
        except (OSError, UnicodeDecodeError):
            return ""
        return stat.rpartition(")")[2].split()[19]
