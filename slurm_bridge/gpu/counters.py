"""What was added up of one GPU for one job: it only grows, so that a missed reading loses nothing.

The value of a sample stands for the time since the sample before. Pure: time comes from outside.
"""

from dataclasses import dataclass, field

from slurm_bridge.gpu.parts import Part


@dataclass
class Activity:
    """The sum of a share times seconds; moments without a reading count as the mean so far."""

    seconds: float = 0
    known_seconds: float = 0
    unread_seconds: float = 0
    """Before the first reading; they count as it does."""

    def add(self, share: float | None, seconds: float) -> None:
        """Add a stretch of time."""
        if share is not None:
            seconds += self.unread_seconds
            self.unread_seconds = 0
            self.seconds += share * seconds
            self.known_seconds += seconds
        elif self.known_seconds > 0:
            self.seconds += self.seconds / self.known_seconds * seconds
            self.known_seconds += seconds
        else:
            self.unread_seconds += seconds

    @property
    def total(self) -> float | None:
        """The sum; None where nothing was ever read."""
        return self.seconds if self.known_seconds > 0 else None


@dataclass
class Counter:
    """One GPU and one job, from the first sample that saw them together."""

    job_id: int
    gpu: str
    gpu_index: int
    first_sample_at: int
    last_sample_at: int
    model: str = ""
    samples: int = 0
    observed_seconds: float = 0
    idle: Activity = field(default_factory=Activity)
    utilisation: Activity = field(default_factory=Activity)
    sm_active: Activity = field(default_factory=Activity)
    tensor_active: Activity = field(default_factory=Activity)
    dram_active: Activity = field(default_factory=Activity)
    energy_joules: float | None = None
    peak_memory_bytes: int | None = None
    memory_total_bytes: int | None = None
    shared: bool = False

    @property
    def key(self) -> tuple[int, str, int]:
        """What tells it from every other counter of its node."""
        return self.job_id, self.gpu, self.first_sample_at

    def add(self, part: Part, seconds: float, joules: float | None, at: int) -> None:
        """Add the time until a sample, of which `joules` is what the whole GPU used.

        A GPU that has told its utilisation before and does not now was not observed meanwhile.
        """
        self.samples += 1
        self.last_sample_at = max(self.last_sample_at, at)
        self.shared |= part.is_shared
        self._note_peak(part.memory_used_bytes)
        if part.utilisation is None and self.utilisation.total is not None:
            return
        self.observed_seconds += seconds
        self.utilisation.add(part.utilisation, seconds)
        is_idle = None if part.utilisation is None else float(part.utilisation == 0)
        self.idle.add(is_idle, seconds)
        self.sm_active.add(part.sm_active, seconds)
        self.tensor_active.add(part.tensor_active, seconds)
        self.dram_active.add(part.dram_active, seconds)
        if joules is not None:
            self.energy_joules = (self.energy_joules or 0) + joules * part.of_energy

    def _note_peak(self, used: int | None) -> None:
        if used is not None:
            self.peak_memory_bytes = max(self.peak_memory_bytes or 0, used)
