"""What can go wrong with the testbed, each error saying what to do about it.

TestbedError
├── UsageError          the person asked for something that does not exist
├── BusyPortError       somebody else listens where a service of ours should
├── StepError           a step of `up` failed; names its log
├── MissingPackageError a program is not there and could not be installed
└── NewestUnavailableError Debian testing, its Slurm or pyslurm cannot be had just now
"""

from __future__ import annotations

from pathlib import Path


class TestbedError(Exception):
    """A failure with a message for a person, and what that person can do."""

    # pytest collects classes whose name starts with Test, unless they say that they are none.
    __test__ = False

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UsageError(TestbedError):
    """A name, number or combination that the testbed does not know."""


class BusyPortError(TestbedError):
    """A port that a service needs belongs to a process that is not ours."""


class MissingPackageError(TestbedError):
    """A Debian package is missing and could not be installed."""


class NewestUnavailableError(TestbedError):
    """The newest Slurm cannot be had here and now, through no fault of Belfry's."""

    @classmethod
    def from_log(cls, message: str, log: Path) -> NewestUnavailableError:
        """With the last lines of what went wrong."""
        return cls(f"{message}\nlog: {log}\n{last_lines(log)}", "Read the log; try again later.")


class StepError(TestbedError):
    """A service did not start or did not answer; carries the last lines of its log."""

    def __init__(self, message: str, log: Path, advice: str) -> None:
        super().__init__(f"{message}\nlog: {log}\n{last_lines(log)}", advice)
        self.log = log


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, indented, or a word about its absence."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-count:]
    except OSError:
        return "  (no log was written)"
    return "\n".join(f"  | {line}" for line in lines) or "  (the log is empty)"
