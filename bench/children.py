"""Programs that know one database: Django takes its settings but once."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from deploy.testbed.layout import Layout

Figures = dict[str, dict[str, Any]]


def database_address(layout: Layout, database: str) -> str:
    """Where a database of the benchmark's own PostgreSQL is."""
    return f"postgresql://belfry@127.0.0.1:{layout.postgres_port}/{database}"


def child(layout: Layout, database: str, *command: str, stdout: int | None = None) -> str:
    """Run a module with the portal's settings for a database; what it printed."""
    environment = _environment(layout, database)
    ended = subprocess.run(
        [sys.executable, "-m", *command], env=environment, stdout=stdout, check=True, text=True
    )
    return ended.stdout or ""


class Talk:
    """A module that runs beside this one, says one line of JSON, and one more for each it is told.

    So two portals of different sizes are measured by turns, and share what else the machine does.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.first: Any = self._heard()

    def answer(self, word: str) -> Any:
        """What it says to a word."""
        assert self._process.stdin is not None  # it is a pipe
        print(word, file=self._process.stdin, flush=True)
        return self._heard()

    def _heard(self) -> Any:
        assert self._process.stdout is not None  # it is a pipe
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("a child of the benchmark ended before its time")
        return json.loads(line)


@contextmanager
def talk(layout: Layout, database: str, *command: str) -> Iterator[Talk]:
    """Start such a module for a database; it ends when nobody talks to it any more."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env=_environment(layout, database),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Talk(process)


def by_turns(small: Talk, large: Talk, *, rounds: int) -> tuple[Figures, Figures]:
    """What both say of each page, in the quietest of some rounds.

    A noisy round says nothing of the portal.
    """
    found: tuple[Figures, Figures] = ({}, {})
    for name in large.first:
        said = [(small.answer(name), large.answer(name)) for _round in range(rounds)]
        for figures, answers in zip(found, zip(*said, strict=True), strict=True):
            quietest = {key: min(one[key] for one in answers) for key in _TIMES & set(answers[0])}
            figures[name] = {**answers[0], **quietest}
        print(f"  {name}: {found[0][name]} {found[1][name]}", flush=True)
    return found


_TIMES = {"median_ms", "p95_ms"}


def answers(pages: Mapping[str, Callable[[], Any]]) -> None:
    """The other side of a talk: say the names of pages, and the figures of each that is named."""
    print(json.dumps(list(pages)), flush=True)
    for line in sys.stdin:
        print(json.dumps(pages[line.strip()]()), flush=True)


def _environment(layout: Layout, database: str) -> dict[str, str]:
    # What the testbed is told by the environment is no setting of the portal.
    own = {name: value for name, value in os.environ.items() if not name.startswith("BELFRY_")}
    return own | {
        "BELFRY_DATABASE_URL": database_address(layout, database),
        "BELFRY_API_REQUESTS_A_MINUTE": "100000",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }


def answer_of(layout: Layout, database: str, *command: str) -> dict[str, Any]:
    """The JSON of the last line that such a program prints."""
    printed = child(layout, database, *command, stdout=subprocess.PIPE)
    answer: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return answer
