"""A slurmctld that did not answer is not waited for again at once.

Each of Slurm's commands tries for half a minute or so to reach a slurmctld that is away. One cycle
asks it a dozen times, and would take minutes to find out the same again and again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ASK_SLURMCTLD = frozenset({"scontrol", "squeue", "sdiag", "sinfo", "scancel", "sbatch"})
AS_ROOT = "test-submission"
"""What belfry-root asks slurmctld for, whatever it is started by."""
TRIED_IN_VAIN_SECONDS = 5
"""A refusal comes at once; who fails after so long has found nobody."""
PAUSE_SECONDS = 10
WORDS = "slurmctld did not answer a moment ago"


@dataclass
class Silence:
    """Remembers for some seconds that slurmctld was away."""

    clock: Callable[[], float] = time.monotonic
    until: float = 0

    def covers(self, args: Sequence[str]) -> bool:
        """Whether a command would only wait in vain."""
        return self.clock() < self.until and _asks_slurmctld(args)

    def note(self, args: Sequence[str], seconds: float, *, failed: bool) -> None:
        """Learn from a command that has ended after so long."""
        if not _asks_slurmctld(args):
            return
        if not failed:
            self.until = 0
        elif seconds >= TRIED_IN_VAIN_SECONDS:
            self.until = self.clock() + PAUSE_SECONDS


def _asks_slurmctld(args: Sequence[str]) -> bool:
    return args[0] in ASK_SLURMCTLD or AS_ROOT in args
