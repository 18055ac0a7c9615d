"""What days must hold, counted the slow and obvious way: second by second would give the same."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from allocations.models import DailyUsage, JobOutcome, QueueWait
from allocations.rules.waits import wait_bucket
from slurm_bridge.wire_accounting import JobRow
from tests.allocations.usage_world import told_waits


@dataclass(frozen=True)
class Reading:
    """A row as it was read at a time."""

    read_at: int
    row: JobRow


@dataclass(frozen=True)
class Days:
    """The three kinds of days."""

    usage: dict[tuple[str, date], tuple[int, int, int]]
    outcomes: dict[tuple[str, date, str], tuple[int, int]]
    waits: dict[tuple[date, int], int]


def counted_plainly(readings: Iterable[Reading]) -> Days:
    """Of each run the newest reading, and of each day what lies in it."""
    newest: dict[tuple[int, int], Reading] = {}
    for reading in readings:
        key = (reading.row.db_index, reading.row.submitted_at)
        if key not in newest or reading.read_at >= newest[key].read_at:
            newest[key] = reading
    usage: dict[tuple[str, date], list[int]] = {}
    outcomes: dict[tuple[str, date, str], list[int]] = {}
    waits: Counter[tuple[date, int]] = Counter()
    for reading in newest.values():
        row = reading.row
        if row.started_at is not None:
            wait = row.started_at - max(row.submitted_at, row.eligible_at or 0)
            waits[day_of(row.started_at), wait_bucket(wait)] += 1
            until = reading.read_at if row.ended_at is None else row.ended_at
            for day, gpu_seconds, cpu_seconds in parts(row, until):
                sums = usage.setdefault((row.username, day), [0, 0, 0])
                for place, amount in enumerate((gpu_seconds, cpu_seconds, 1)):
                    sums[place] += amount
        if row.ended_at is not None:
            length = 0 if row.started_at is None else row.ended_at - row.started_at
            ended = outcomes.setdefault((row.username, day_of(row.ended_at), row.state), [0, 0])
            ended[0] += 1
            ended[1] += length * row.gpus
    return Days(
        {key: (value[0], value[1], value[2]) for key, value in usage.items()},
        {key: (value[0], value[1]) for key, value in outcomes.items()},
        dict(waits),
    )


def parts(row: JobRow, until: int) -> Iterable[tuple[date, int, int]]:
    """A run's days with its GPU- and CPU-seconds on each."""
    since = row.started_at or 0
    length = until - since
    if length <= 0:
        return
    share = Fraction(max(length - row.suspended_seconds, 0), length)
    day = day_of(since)
    while (first := epoch(day)) < until:
        start, end = max(first, since) - since, min(epoch(day + timedelta(days=1)), until) - since
        ran = rounded(end * share) - rounded(start * share)
        yield day, (end - start) * row.gpus, ran * row.cpus
        day += timedelta(days=1)


def rounded(amount: Fraction) -> int:
    """To the nearest whole number, halves up."""
    return int(amount + Fraction(1, 2))


def day_of(moment: int) -> date:
    """The UTC day of a moment."""
    return datetime.fromtimestamp(moment, UTC).date()


def epoch(day: date) -> int:
    """When a UTC day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def counted_by_the_portal() -> Days:
    """What is in the tables."""
    usage = DailyUsage.objects.values_list("username", "day", "gpu_seconds", "cpu_seconds", "jobs")
    outcomes = JobOutcome.objects.values_list("username", "day", "state", "jobs", "gpu_seconds")
    return Days(
        {(user, day): (gpus, cpus, jobs) for user, day, gpus, cpus, jobs in usage},
        {(user, day, state): (jobs, gpus) for user, day, state, jobs, gpus in outcomes},
        told_waits(QueueWait.objects.all()),
    )
