"""Usage added up by slurmdbd, so that sreport sees a past that was put in from outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from deploy.testbed.layout import Layout, Site
from deploy.testbed.past_jobs import SECONDS_A_DAY, History, PastRun
from deploy.testbed.slurm import run_slurm

RUNS_A_CHUNK = 5000
SECONDS_AN_HOUR = 3600


@dataclass(frozen=True)
class Chunk:
    """Runs that were submitted in a span of time, which ends with a day."""

    runs: Sequence[PastRun]
    starts: int
    ends: int


def chunks(history: History, runs: Sequence[PastRun]) -> Iterator[Chunk]:
    """The runs in whole days of a few thousand, from the oldest on.

    To add up an hour slurmdbd searches all jobs that are not older; done day by day as the jobs
    come in, those are few.
    """
    days = max(1, history.seconds * RUNS_A_CHUNK // (len(runs) * SECONDS_A_DAY))
    starts = history.starts
    index = 0
    while starts < history.ends:
        midnight = local_time(starts).replace(hour=0, minute=0, second=0)
        ends = int((midnight + timedelta(days=days)).timestamp())
        # The hour that is not over yet counts too.
        ends = min(ends, history.ends + SECONDS_AN_HOUR)
        first = index
        while index < len(runs) and runs[index].submitted < ends:
            index += 1
        yield Chunk(runs[first:index], starts, ends)
        starts = ends


def roll_up(layout: Layout, site: Site, starts: int, ends: int) -> None:
    """Have slurmdbd add up usage by hour, day and month from the first hour to the last."""
    readable = [f"{local_time(moment):%Y-%m-%dT%H:%M:%S}" for moment in (starts, ends)]
    run_slurm(layout, site, "sacctmgr", "-i", "rollup", *readable)


def calendar_starts(moment: int) -> list[int]:
    """When the hour, day and month of a moment began."""
    hour = local_time(moment).replace(minute=0, second=0)
    day = hour.replace(hour=0)
    return [int(start.timestamp()) for start in (hour, day, day.replace(day=1))]


def local_time(moment: int) -> datetime:
    """A moment by the machine's clock, which is the one that Slurm's days follow."""
    return datetime.fromtimestamp(moment, tz=UTC).astimezone()
