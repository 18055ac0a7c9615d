"""One line for each step, with its time; colours only where a person reads them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

GREEN, RED, GREY, BOLD = "32", "31", "90", "1"


def painted(text: str, colour: str, stream: TextIO) -> str:
    """The text in colour, if the stream is a terminal whose owner wants colours."""
    if stream.isatty() and "NO_COLOR" not in os.environ:
        return f"\033[{colour}m{text}\033[0m"
    return text


@dataclass
class Step:
    """What a step says when it is over."""

    name: str
    outcome: str = "done"
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long the step has taken so far."""
        return time.monotonic() - self.started


class Progress:
    """Writes steps to a stream, or nowhere."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time what is inside; the step may change its outcome."""
        step = Step(name)
        try:
            yield step
        except BaseException:
            step.outcome = "FAILED"
            self.write(step, RED)
            raise
        self.write(step, GREEN)

    def write(self, step: Step, colour: str) -> None:
        """One line for a step that is over."""
        if self.stream is None:
            return
        outcome = painted(f"{step.outcome:<18}", colour, self.stream)
        # In one piece, since steps that run side by side write to the same stream.
        self.stream.write(f"  {step.name:<24}{outcome}{step.seconds:5.1f} s\n")
        self.stream.flush()

    def say(self, text: str) -> None:
        """A sentence between steps."""
        if self.stream is not None:
            print(text, file=self.stream, flush=True)


def progress_on_terminal() -> Progress:
    """Progress for a person; on the error stream, so that answers can be piped."""
    return Progress(sys.stderr)
