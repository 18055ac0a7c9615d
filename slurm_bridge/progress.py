"""How far a plan has got, for whoever watches: a bar in a terminal, else lines in the log."""

import logging
import time
from collections.abc import Callable
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 15


class Progress(Protocol):
    """Told of the changes of one plan as they are settled, whatever became of them."""

    def start(self, total: int) -> None:
        """So many changes are to be made."""
        ...

    def advance(self, changes: int) -> None:
        """So many more are settled."""
        ...

    def stop(self) -> None:
        """No more will be."""
        ...


class SilentProgress:
    """Tells nobody."""

    def start(self, total: int) -> None:
        """So many changes are to be made."""

    def advance(self, changes: int) -> None:
        """So many more are settled."""

    def stop(self) -> None:
        """No more will be."""


class LogProgress:
    """A line now and then; none for what is quickly done."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._total = self._done = 0
        self._began = self._said = clock()

    def start(self, total: int) -> None:
        """So many changes are to be made."""
        self._total, self._done = total, 0
        self._began = self._said = self._clock()

    def advance(self, changes: int) -> None:
        """So many more are settled."""
        self._done += changes
        now = self._clock()
        if now - self._said < SECONDS_BETWEEN_LINES or not 0 < self._done < self._total:
            return
        self._said = now
        left = (now - self._began) / self._done * (self._total - self._done)
        log.info("%d of %d changes done, about %.0f s left", self._done, self._total, left)

    def stop(self) -> None:
        """No more will be."""


class TerminalProgress:
    """A bar with the estimated time, which goes when all is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Bar | None = None

    def start(self, total: int) -> None:
        """So many changes are to be made."""
        self.stop()
        self._bar = Bar(
            TextColumn("changes"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._bar.add_task("changes", total=total)
        self._bar.start()

    def advance(self, changes: int) -> None:
        """So many more are settled."""
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0], changes)

    def stop(self) -> None:
        """No more will be."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def progress_on(console: Console) -> Progress:
    """What suits the stream that a person or a log reads."""
    return TerminalProgress(console) if console.is_terminal else LogProgress()
