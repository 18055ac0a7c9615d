"""How long to wait after a fault: twice as long each time, up to a limit, never in step."""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Backoff:
    """Counts faults in a row."""

    first_seconds: float = 1
    most_seconds: float = 60
    jitter: Callable[[], float] = random.random
    faults: int = 0

    def after_fault(self, *, fatal: bool = False) -> float:
        """Seconds to wait now; what only a person can mend is tried as rarely as possible."""
        self.faults += 1
        doubled = self.first_seconds * 2.0 ** min(self.faults - 1, 30)
        seconds = self.most_seconds if fatal else min(doubled, self.most_seconds)
        return seconds * (0.75 + self.jitter() / 4)

    def reset(self) -> None:
        """Note a success."""
        self.faults = 0
