"""All counters of a node, fed with samples. Pure: both clocks come from outside."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from slurm_bridge.gpu.counters import Counter
from slurm_bridge.gpu.energy import joules_between
from slurm_bridge.gpu.jobs import JobsOfGpus, MappedJob
from slurm_bridge.gpu.minutes import MinuteSeries
from slurm_bridge.gpu.parts import Part, parts_of
from slurm_bridge.gpu.samples import Sample

KEPT_SECONDS = 86_400
# Counters of jobs that are over; with more the oldest go first.
MOST_COUNTERS = 2_000
# A clock that runs on from here to there by itself is set right; by so much it has jumped.
CLOCK_JUMP_SECONDS = 60

Key = tuple[int, str, int]
JobsOfProcesses = Callable[[Iterable[int]], Mapping[int, int]]


@dataclass
class Ledger:
    """Adds up samples; two that are too far apart leave a gap that nobody observed."""

    longest_gap_seconds: float
    counters: dict[Key, Counter] = field(default_factory=dict)
    series: dict[Key, MinuteSeries] = field(default_factory=dict)
    running: dict[tuple[int, str], Key] = field(default_factory=dict)
    """The counter of each job that has a GPU now."""
    gaps: int = 0
    _before: dict[str, Sample] = field(default_factory=dict)

    def take(
        self,
        samples: Iterable[Sample],
        jobs: JobsOfGpus,
        jobs_of_processes: JobsOfProcesses,
        at: float,
    ) -> None:
        """Add one round of samples; `at` is the time of day in epoch seconds."""
        samples = tuple(samples)
        for sample in samples:
            self._take_one(sample, jobs.get(sample.gpu.uuid, ()), jobs_of_processes, at)
        self._before = {sample.gpu.uuid: sample for sample in samples}
        self._end_absent(jobs)

    def _take_one(
        self,
        sample: Sample,
        jobs: tuple[MappedJob, ...],
        jobs_of_processes: JobsOfProcesses,
        at: float,
    ) -> None:
        by_id = {job.job_id: job for job in jobs}
        pids = [item.pid for item in sample.processes or ()] if len(jobs) > 1 else []
        seconds, joules = self._elapsed(sample)
        for part in parts_of(sample, tuple(by_id), jobs_of_processes(pids) if pids else {}):
            job = by_id[part.job_id]
            had = self._share_had(job, sample, seconds, at)
            joules_had = None if joules is None else joules * had
            self._add(job, part, sample, seconds * had, joules_had, at)

    def _elapsed(self, sample: Sample) -> tuple[float, float | None]:
        """Seconds and joules since the sample before; nothing over a gap."""
        before = self._before.get(sample.gpu.uuid)
        if before is None:
            return 0, None
        seconds = sample.at_seconds - before.at_seconds
        if not 0 < seconds <= self.longest_gap_seconds:
            self.gaps += 1
            return 0, None
        return seconds, joules_between(before, sample)

    def _share_had(self, job: MappedJob, sample: Sample, seconds: float, at: float) -> float:
        """Of the time since the last sample the share in which a job had the GPU."""
        if (job.job_id, sample.gpu.uuid) in self.running:
            return 1
        if job.since is None or seconds <= 0:
            return 0
        return min(max(at - job.since, 0), seconds) / seconds

    def _add(
        self,
        job: MappedJob,
        part: Part,
        sample: Sample,
        seconds: float,
        joules: float | None,
        at: float,
    ) -> None:
        counter = self._counter(job, sample, at, seconds)
        counter.memory_total_bytes = sample.memory_total_bytes or counter.memory_total_bytes
        counter.add(part, seconds, joules, int(at))
        self.series[counter.key].add(
            at,
            seconds,
            utilisation=part.utilisation,
            memory_bytes=part.memory_used_bytes,
            joules=None if joules is None else joules * part.of_energy,
        )

    def _counter(self, job: MappedJob, sample: Sample, at: float, seconds: float) -> Counter:
        gpu = sample.gpu
        key = self.running.get((job.job_id, gpu.uuid))
        counter = self.counters.get(key) if key else None
        if counter is not None and self._goes_on(counter, job, at):
            return counter
        if counter is not None:
            self.series[counter.key].close()
        began = int(at - seconds)
        while (job.job_id, gpu.uuid, began) in self.counters:
            began += 1
        counter = Counter(job.job_id, gpu.uuid, gpu.index, began, max(began, int(at)), gpu.model)
        self.counters[counter.key] = counter
        self.series[counter.key] = MinuteSeries()
        self.running[job.job_id, gpu.uuid] = counter.key
        return counter

    def _goes_on(self, counter: Counter, job: MappedJob, at: float) -> bool:
        """Whether a sample belongs to a counter, and not to another run of the job.

        After a clock was set back nobody could tell what came first, so then another one begins;
        so it does where the job was given the GPU anew while nobody looked.
        """
        if at < counter.last_sample_at - CLOCK_JUMP_SECONDS:
            return False
        # Counters know whole seconds; a line written late in a second is not of a later run.
        return int(job.since or 0) <= counter.last_sample_at + self.longest_gap_seconds

    def _end_absent(self, jobs: JobsOfGpus) -> None:
        """A job that is away has ended there; if it comes back, by a requeue, it counts anew.

        Of a GPU that does not answer just now nothing has ended.
        """
        present = {(job.job_id, uuid) for uuid, has in jobs.items() for job in has}
        for place in [place for place in self.running if place not in present]:
            if place[1] in self._before:
                self.series[self.running.pop(place)].close()

    def forget(self, at: float) -> None:
        """Drop what has been over for a day, and the oldest of what is far too much."""
        running = set(self.running.values())
        oldest = sorted(
            (key in running, counter.last_sample_at, key) for key, counter in self.counters.items()
        )
        surplus = len(oldest) - MOST_COUNTERS
        for place, (_is_running, last_sample_at, key) in enumerate(oldest):
            if place < surplus or last_sample_at < at - KEPT_SECONDS:
                del self.counters[key]
                del self.series[key]
        self.running = {place: key for place, key in self.running.items() if key in self.counters}
        for series in self.series.values():
            series.forget_before(at - KEPT_SECONDS)
