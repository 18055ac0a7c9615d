"""GPUs that play a script, with time as the test says it is."""

import itertools
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from slurm_bridge.backoff import Backoff
from slurm_bridge.gpu.nvml import Nvml
from slurm_bridge.gpu.samples import Sample

_CHANGES = itertools.count(1)


@dataclass
class Player:
    """A script for the library in C; each change of its time is a change of its file."""

    path: Path
    lines: list[str] = field(default_factory=list)
    seconds: float = 0
    nvml: Nvml = field(init=False)

    def __post_init__(self) -> None:
        patient = Backoff(first_seconds=5, most_seconds=300, jitter=lambda: 1)
        self.nvml = Nvml(clock=lambda: self.seconds, backoff=patient)

    def gpus(self, count: int) -> "Player":
        """So many GPUs, whose numbers in NVML run against those of their device files."""
        self.lines += [
            f"gpu {index} {uuid(index)} {count - 1 - index} H200 141312" for index in range(count)
        ]
        return self

    def at(self, seconds: float) -> "Player":
        """Go to a moment of the script."""
        self.seconds = seconds
        text = "\n".join([f"start {time.time() - seconds:.6f}", *self.lines]) + "\n"
        self.path.write_text(text)
        changed = next(_CHANGES) * 10**9
        os.utime(self.path, ns=(changed, changed))
        return self

    def samples(self, seconds: float) -> dict[str, Sample]:
        """What the exporter reads at a moment."""
        self.at(seconds)
        return {sample.gpu.uuid: sample for sample in self.nvml.samples()}


def uuid(index: int) -> str:
    """The UUID of a whole GPU."""
    return f"GPU-{index:08x}-0000-0000-0000-000000000000"
