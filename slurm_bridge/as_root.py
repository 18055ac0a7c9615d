"""What only root may do, asked of one program with a closed list of operations: belfry-root.

A bridge that runs as a user of its own starts it by sudo, one that runs as root starts it itself.
Either way it is the same program, which decides by root's own file what may be done at all.
"""

import errno
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from slurm_bridge.errors import FatalSlurmError
from slurm_bridge.slurm.commands import Commands, Result

PROGRAM = Path("/usr/local/sbin/belfry-root")
SUDO = ("sudo", "--non-interactive", "--")
NOT_STARTED = 127


@dataclass
class AsRoot:
    """Asks belfry-root; a fault of its set-up is said as such, never as Slurm's or useradd's."""

    commands: Commands
    program: Path = PROGRAM
    user_id: int = field(default_factory=os.geteuid)
    works: bool = False
    """Whether it has answered well before, so that a refusal is the operation's own."""

    def attempt(self, operation: str, *words: str, text: str = "") -> Result:
        """One operation, with what belongs on its standard input."""
        result = self._ask(operation, *words, text=text)
        if result.code == 0:
            self.works = True
        elif not self.works:
            problem = self.problem()
            if problem:
                return Result(result.code, "", problem)
        return result

    def keep_partitions(self, cluster: str, text: str) -> None:
        """Put this text in the place of the cluster's file of partitions, or raise OSError."""
        result = self.attempt("keep-partitions", cluster, text=text)
        if result.code != 0:
            raise OSError(errno.EACCES, result.reason)

    def problem(self) -> str:
        """Why nothing at all can be done as root; empty if the program answers."""
        result = self._ask("check")
        self.works = result.code == 0
        if self.works:
            return ""
        how = "as root" if self.user_id == 0 else "by sudo"
        return f"{self.program} cannot be run {how}: {result.reason}"

    def partitions_file(self, cluster: str) -> str | None:
        """The file of partitions that it may write for a cluster; None if it knows no such one."""
        files = self._set_up_for().get("partitions_files")
        answer = files.get(cluster) if isinstance(files, dict) else None
        return answer if isinstance(answer, str) else None

    def makes_people(self) -> bool | None:
        """Whether it makes UNIX users or groups for anybody; None if it does not say."""
        answer = self._set_up_for().get("makes_people")
        return answer if isinstance(answer, bool) else None

    def _set_up_for(self) -> dict[str, object]:
        try:
            answer = json.loads(self._ask("check").stdout)
        except ValueError:
            return {}
        return answer if isinstance(answer, dict) else {}

    def _ask(self, *words: str, text: str = "") -> Result:
        sudo = () if self.user_id == 0 else SUDO
        try:
            return self.commands.attempt(*sudo, str(self.program), *words, text=text)
        except FatalSlurmError as error:
            return Result(NOT_STARTED, "", str(error))
