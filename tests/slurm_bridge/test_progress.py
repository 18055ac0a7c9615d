"""What whoever watches is told while a plan is carried out."""

import io
import logging

import pytest
from rich.console import Console

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.progress import LogProgress, TerminalProgress, progress_on
from tests.slurm_bridge.worlds import Clock, MemorySite, desired_state, project


class Counted:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.totals: list[int] = []
        self.done = 0
        self.stops = 0

    def start(self, total: int) -> None:
        self.totals.append(total)

    def advance(self, changes: int) -> None:
        self.done += changes

    def stop(self) -> None:
        self.stops += 1


def test_every_change_is_told_once_whatever_becomes_of_it() -> None:
    site, told = MemorySite(), Counted()
    site.cycle.progress = told
    site.cycle.run(desired_state(project("p1", members=("ada", "bob")), project("p2")))
    site.slurm.jobs = {("p1", "bob")}
    assert (told.totals, told.stops) == ([told.done], 1)

    told = site.cycle.progress = Counted()
    site.cycle.run(desired_state(project("p1"), project("p2"), project("p3"), gpu_minutes=7))

    assert (told.totals, told.stops) == ([told.done], 1)


def test_progress_is_stopped_when_slurm_refuses_everything() -> None:
    site, told = MemorySite(), Counted()
    site.cycle.progress = told

    def refuse() -> None:
        raise TransientSlurmError("no")

    site.slurm.before_write = refuse
    site.cycle.run(desired_state(project()))

    assert len(told.totals) == told.stops
    assert told.done == sum(told.totals)


def test_log_says_now_and_then_how_far_it_is(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    progress = LogProgress(clock)
    with caplog.at_level(logging.INFO):
        progress.start(100)
        for _ in range(10):
            clock.sleep(4)
            progress.advance(10)
        progress.stop()

    assert caplog.messages == [
        "40 of 100 changes done, about 24 s left",
        "80 of 100 changes done, about 8 s left",
    ]


def test_quick_plan_leaves_no_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    progress = LogProgress(Clock())
    with caplog.at_level(logging.INFO):
        progress.start(2)
        progress.advance(1)
        progress.advance(1)
        progress.stop()
    assert caplog.messages == []


def test_terminal_shows_a_bar_with_the_changes_done() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    progress = progress_on(console)
    assert isinstance(progress, TerminalProgress)

    progress.start(20)
    progress.advance(20)
    progress.stop()
    progress.stop()

    assert "20/20" in console.file.getvalue()  # type: ignore[attr-defined]


def test_where_nobody_looks_lines_go_to_the_log() -> None:
    assert isinstance(progress_on(Console(file=io.StringIO())), LogProgress)
