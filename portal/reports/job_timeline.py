"""The timeline of a run's GPUs: minute by minute, or in longer steps where the run is long."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from math import ceil

from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.dates import dated
from allocations.models import GpuMinutes, GpuRun, RunningGpuMinutes
from allocations.rules.gpu_minutes import (
    MINUTES_A_BLOCK,
    SECONDS_A_MINUTE,
    Block,
    Figure,
    block_start,
    unpack,
)
from portal.reports.job_figures import GpuOfRun

MINUTES_A_PART = 360
# As many points as a screen can show apart.
MOST_POINTS = MINUTES_A_PART
# A table of more rows is read by nobody; the file has every minute.
MOST_ROWS = 48
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440)
"""Minutes for which one point may stand."""
MOST_CSV_MINUTES = 31 * 1440
SERIES = ("utilisation", "memory", "power")


@dataclass(frozen=True)
class Window:
    """A part of a run's time, or all of it, in steps of so many minutes."""

    starts_at: int
    minutes: int
    step: int
    part: int | None = None
    """Which six hours of the run; None is all of it."""
    parts: int = 1

    @property
    def earlier(self) -> int | None:
        """The number of the part before, if it shows a part."""
        return self.part - 1 if self.part else None

    @property
    def later(self) -> int | None:
        """The number of the part after."""
        return self.part + 1 if self.part else None

    @property
    def moments(self) -> list[datetime]:
        """When each step begins."""
        seconds = self.step * SECONDS_A_MINUTE
        ends_at = self.starts_at + self.minutes * SECONDS_A_MINUTE
        return [datetime.fromtimestamp(at, UTC) for at in range(self.starts_at, ends_at, seconds)]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The moments by people's own clock, as all of the page, with the day where needed.

        All charts of a page share them, since to write hundreds of times takes a third of it.
        """
        moments = [localtime(at) for at in self.moments]
        is_one_day = moments[0].date() == moments[-1].date()
        return tuple(
            date_format(at, "TIME_FORMAT") if is_one_day else dated(at, "minute this year")
            for at in moments
        )

    def in_few_rows(self) -> "Window":
        """The same time in the steps of its table."""
        return replace(self, step=max(self.step, _step(self.minutes, MOST_ROWS)))

    def by_minute(self) -> "Window":
        """The same time without longer steps, for files; the first month of it."""
        return Window(self.starts_at, min(self.minutes, MOST_CSV_MINUTES), 1, self.part, self.parts)


def window_of(run: GpuRun, part: int | None) -> Window:
    """The whole run, or six hours of it by their number, the first being 1."""
    first = _minute(run.first_sample_at)
    seconds = run.last_sample_at.timestamp() - first
    minutes = max(ceil(seconds / SECONDS_A_MINUTE), 1)
    seconds_a_part = MINUTES_A_PART * SECONDS_A_MINUTE
    begin = first - first % seconds_a_part
    parts = (first + minutes * SECONDS_A_MINUTE - 1 - begin) // seconds_a_part + 1
    if minutes <= MOST_POINTS:
        return Window(first, minutes, 1)
    if part is not None and 1 <= part <= parts:
        starts_at = begin + (part - 1) * seconds_a_part
        return Window(starts_at, MINUTES_A_PART, 1, part, parts)
    return Window(first, minutes, _step(minutes, MOST_POINTS), None, parts)


def minutes_of(gpus: Sequence[GpuOfRun], window: Window) -> dict[str, list[list[Figure]]]:
    """For each series of each GPU a figure for each minute of the time."""
    blocks = _blocks(gpus, window)
    return {
        name: [_minutes(blocks.get(gpu.uuid, {}), window, place) for gpu in gpus]
        for place, name in enumerate(SERIES)
    }


def in_steps(minutes: Sequence[Figure], step: int) -> list[Figure]:
    """For each step the mean of what is known."""
    if step == 1:
        return list(minutes)
    return [_mean(minutes[at : at + step]) for at in range(0, len(minutes), step)]


def _blocks(gpus: Sequence[GpuOfRun], window: Window) -> dict[str, dict[int, Block]]:
    """The stored blocks of the window by GPU and start, several counters of a GPU as one."""
    uuids = {counter.pk: gpu.uuid for gpu in gpus for counter in gpu.counters}
    since = datetime.fromtimestamp(block_start(window.starts_at), UTC)
    until = datetime.fromtimestamp(window.starts_at, UTC) + timedelta(minutes=window.minutes)
    rows = [
        row
        for table in (GpuMinutes, RunningGpuMinutes)
        for row in table.objects.filter(
            gpu__in=uuids, starts_at__gte=since, starts_at__lt=until
        ).values_list("gpu", "starts_at", "packed")
    ]
    found: dict[str, dict[int, Block]] = {}
    for gpu, at, packed in rows:
        start, block = int(at.timestamp()), unpack(bytes(packed))
        known = found.setdefault(uuids[gpu], {}).setdefault(start, block)
        if known is not block:
            known.fill(0, block.series)
    return found


def _minutes(blocks: dict[int, Block], window: Window, place: int) -> list[Figure]:
    first = block_start(window.starts_at)
    skipped = (window.starts_at - first) // SECONDS_A_MINUTE
    minutes: list[Figure] = []
    while len(minutes) < skipped + window.minutes:
        at = first + len(minutes) * SECONDS_A_MINUTE
        minutes += blocks[at].series[place] if at in blocks else [None] * MINUTES_A_BLOCK
    return minutes[skipped : skipped + window.minutes]


def _step(minutes: int, most: int) -> int:
    """The shortest step in which so many minutes are no more than so many points."""
    return next((step for step in STEPS if minutes <= step * most), STEPS[-1])


def _mean(figures: Sequence[Figure]) -> Figure:
    known = [figure for figure in figures if figure is not None]
    return round(sum(known) / len(known)) if known else None


def _minute(at: datetime) -> int:
    epoch = int(at.timestamp())
    return epoch - epoch % SECONDS_A_MINUTE
