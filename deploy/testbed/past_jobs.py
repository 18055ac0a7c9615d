"""Jobs that could have been: a pure generator, the same jobs for the same seed.

Nothing here knows of the database; times are whole seconds since 1970, as Slurm keeps them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

SECONDS_A_MINUTE = 60
SECONDS_A_DAY = 86400
NO_ARRAY_TASK = 0xFFFFFFFE
LONGEST_JOB_SECONDS = 2 * SECONDS_A_DAY
# Of the cluster's GPU time; more jobs than fit into it become shorter ones.
HIGHEST_OCCUPANCY = 0.5


class State(IntEnum):
    """How a run ended, in Slurm's own numbers."""

    COMPLETED = 3
    CANCELLED = 4
    FAILED = 5
    TIMEOUT = 6
    NODE_FAIL = 7
    OUT_OF_MEMORY = 11
    REQUEUED = 1024


@dataclass(frozen=True)
class PastPartition:
    """A partition at the size that the real site has."""

    name: str
    node_prefix: str
    nodes: int
    gpus_a_node: int


@dataclass(frozen=True)
class Member:
    """Who ran jobs: an association of a user with a project's account."""

    association_id: int
    account: str
    qos_id: int
    user: str
    uid: int
    gid: int


@dataclass(frozen=True)
class PastRun:
    """One run of one job; a job that was requeued has several, under one id."""

    member: Member
    partition: PastPartition
    job_id: int
    array_job_id: int
    array_task: int
    name: str
    cpus: int
    gpus: int
    first_node: int
    nodes: int
    state: State
    exit_code: int
    timelimit_minutes: int
    submitted: int
    started: int | None
    ended: int
    suspended_seconds: int

    @property
    def gpu_seconds(self) -> int:
        """What sreport charges: suspended time too, since a suspended job keeps its GPUs."""
        if self.started is None:
            return 0
        return self.gpus * (self.ended - self.started)


GPU_COUNTS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
GPU_WEIGHTS = (8, 38, 14, 1, 17, 2, 11, 1, 4, 1, 3)
ENDINGS = (
    State.COMPLETED,
    State.FAILED,
    State.CANCELLED,
    State.TIMEOUT,
    State.OUT_OF_MEMORY,
)
ENDING_WEIGHTS = (81, 9, 6, 3, 1)
EXIT_CODES = {State.FAILED: 1 << 8, State.OUT_OF_MEMORY: 125 << 8}
NAMES = ("train", "finetune", "eval", "preprocess", "inference", "sweep", "profile", "embed")
MEAN_GPUS = sum(count * weight for count, weight in zip(GPU_COUNTS, GPU_WEIGHTS, strict=True)) / 100
MEAN_SECONDS = 5400
ARRAY_SHARE = 0.02
REQUEUE_SHARE = 0.02
MOST_RUNS = 3
CANCELLED_WAITING_SHARE = 0.4
SUSPENDED_SHARE = 0.01
OFFICE_HOURS = range(8, 19)
WEEKEND = (5, 6)


@dataclass(frozen=True)
class History:
    """What is to be made: so many jobs of these members in this span."""

    members: Sequence[Member]
    partitions: Sequence[PastPartition]
    jobs: int
    starts: int
    ends: int
    first_job_id: int
    seed: int

    @property
    def seconds(self) -> int:
        """The length of the span."""
        return self.ends - self.starts

    @property
    def typical_seconds(self) -> float:
        """A mean length of jobs with which all of them fit on the cluster."""
        gpus = sum(partition.nodes * partition.gpus_a_node for partition in self.partitions)
        fitting = HIGHEST_OCCUPANCY * gpus * self.seconds / (self.jobs * MEAN_GPUS)
        return max(1.0, min(MEAN_SECONDS, fitting))


def past_runs(history: History) -> Iterator[PastRun]:
    """The runs of exactly as many jobs as asked; the tasks of an array count one by one."""
    chance = random.Random(history.seed)
    job_id = history.first_job_id
    last_id = job_id + history.jobs
    while job_id < last_id:
        tasks = min(array_size(chance), last_id - job_id)
        for job in array_of(history, chance, job_id, tasks):
            yield from runs_of(history, chance, job)
        job_id += tasks


def array_size(chance: random.Random) -> int:
    """How many tasks the next submission has; mostly it is no array."""
    return chance.randint(2, 30) if chance.random() < ARRAY_SHARE else 1


def array_of(history: History, chance: random.Random, job_id: int, tasks: int) -> Iterator[PastRun]:
    """The jobs of one submission, before their times are known."""
    job = submission(history, chance, job_id)
    if tasks == 1:
        yield job
        return
    for task in range(tasks):
        # Slurm gives every task an id of its own, and the array's id to the one that starts last.
        own_id = job_id + (task + 1) % tasks
        yield replace(job, job_id=own_id, array_job_id=job_id, array_task=task)


def submission(history: History, chance: random.Random, job_id: int) -> PastRun:
    """Somebody submits something of some size."""
    partition = chance.choice(history.partitions)
    wanted = chance.choices(GPU_COUNTS, GPU_WEIGHTS)[0]
    gpus = min(wanted, partition.nodes * partition.gpus_a_node)
    nodes = max(1, -(-gpus // partition.gpus_a_node))
    return PastRun(
        member=busy_member(history, chance),
        partition=partition,
        job_id=job_id,
        array_job_id=0,
        array_task=NO_ARRAY_TASK,
        name=f"{chance.choice(NAMES)}-{chance.randint(1, 99)}",
        cpus=max(chance.randint(1, 16) if gpus == 0 else 8 * gpus, nodes),
        gpus=gpus,
        first_node=chance.randint(1, partition.nodes - nodes + 1),
        nodes=nodes,
        state=State.COMPLETED,
        exit_code=0,
        timelimit_minutes=0,
        submitted=0,
        started=None,
        ended=0,
        suspended_seconds=0,
    )


def busy_member(history: History, chance: random.Random) -> Member:
    """Few people run most of the jobs."""
    return history.members[int(chance.random() ** 2 * len(history.members))]


def runs_of(history: History, chance: random.Random, job: PastRun) -> list[PastRun]:
    """A job's runs: sometimes it is requeued, by a person or because a node failed."""
    states = [chance.choices(ENDINGS, ENDING_WEIGHTS)[0]]
    while chance.random() < REQUEUE_SHARE and len(states) < MOST_RUNS:
        states.insert(0, chance.choice((State.REQUEUED, State.NODE_FAIL)))
    runs: list[PastRun] = []
    clock = 0
    for state in states:
        run = timed_run(history, chance, replace(job, state=state, submitted=clock))
        clock = run.ended + 1
        runs.append(run)
    offset = moment(history, chance, clock)
    return [awake_over_midnight(shifted(run, offset)) for run in runs]


def awake_over_midnight(run: PastRun) -> PastRun:
    """The run, suspended only within one day.

    When a run was suspended Slurm's report knows and its records do not: over a midnight nobody
    could tell from them which day its processors rested.
    """
    if run.started is None or run.started // SECONDS_A_DAY == run.ended // SECONDS_A_DAY:
        return run
    return replace(run, suspended_seconds=0)


def timed_run(history: History, chance: random.Random, run: PastRun) -> PastRun:
    """The run with its waiting, running and suspended time."""
    longest = min(LONGEST_JOB_SECONDS, history.seconds // 8)
    waited = min(int(chance.expovariate(1 / 900)), longest)
    started = run.submitted + waited
    if run.state is State.CANCELLED and chance.random() < CANCELLED_WAITING_SHARE:
        return replace(run, ended=started, timelimit_minutes=60)
    # A log-normal's mean is its median times e^(sigma²/2): most jobs are short, a few are long.
    ran = min(int(chance.lognormvariate(0, 1.5) * history.typical_seconds / 3.08), longest)
    minutes = timelimit_minutes(chance, ran, run.state)
    if run.state is State.TIMEOUT:
        ran = minutes * SECONDS_A_MINUTE + chance.randint(0, 25)
    is_suspended = ran > SECONDS_A_MINUTE and chance.random() < SUSPENDED_SHARE
    suspended = chance.randint(1, ran // 2) if is_suspended else 0
    return replace(
        run,
        started=started,
        ended=started + ran,
        suspended_seconds=suspended,
        timelimit_minutes=minutes,
        exit_code=EXIT_CODES.get(run.state, 0),
    )


def timelimit_minutes(chance: random.Random, ran: int, state: State) -> int:
    """What the person asked for: just too little if it ended for that, else more than enough."""
    if state is State.TIMEOUT:
        return max(1, ran // SECONDS_A_MINUTE)
    return (ran // SECONDS_A_MINUTE + 1) * chance.randint(1, 4)


def moment(history: History, chance: random.Random, length: int) -> int:
    """When something of this length began, so that it ended in time; rather in office hours."""
    latest = max(history.starts, history.ends - length - 60)
    while True:
        begun = chance.randint(history.starts, latest)
        if chance.random() < busyness(begun):
            return begun


def busyness(seconds: int) -> float:
    """How likely people are at work: fully by day, less at night and at weekends."""
    clock = time.gmtime(seconds)
    by_hour = 1.0 if clock.tm_hour in OFFICE_HOURS else 0.35
    return by_hour * (0.5 if clock.tm_wday in WEEKEND else 1.0)


def shifted(run: PastRun, offset: int) -> PastRun:
    """The run, moved to when it happened."""
    return replace(
        run,
        submitted=run.submitted + offset,
        started=None if run.started is None else run.started + offset,
        ended=run.ended + offset,
    )
