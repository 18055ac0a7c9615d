"""Programs that know one database: Django takes its settings but once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.results import percentile
from deploy.testbed.layout import Layout


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


def by_turns(
    small: Talk, large: Talk, *, rounds: int, repeats: int
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each page by name, with what it costs in the small portal and in the large one.

    Both are asked request by request, since the machine may be slower for a moment: the growth of
    a page is the median of the ratios of neighbours. Of the times the quietest round counts; a
    noisy one says nothing of the portal.
    """
    for name in large.first:
        found = [talk.answer(f"{COST} {name}") for talk in (small, large)]
        pairs = [
            (small.answer(f"{TIME} {name}"), large.answer(f"{TIME} {name}"))
            for _turn in range(rounds * repeats)
        ]
        for figures, taken in zip(found, zip(*pairs, strict=True), strict=True):
            parts = [taken[n : n + repeats] for n in range(0, len(taken), repeats)]
            figures["median_ms"] = round(min(median(part) for part in parts), 1)
            figures["p95_ms"] = round(min(percentile(list(part), 0.95) for part in parts), 1)
        found[1]["growth_ratio"] = round(median(more / less for less, more in pairs), 2)
        print(f"  {name}: {found[0]} {found[1]}", flush=True)
        yield name, found[0], found[1]


COST, TIME = "cost", "time"


@dataclass(frozen=True)
class Page:
    """What a child of a benchmark asks for."""

    ask: Callable[[], Any]
    """One request."""
    cost: Callable[[], dict[str, int]]
    """What one costs beside time; it warms the page, too."""


def answers(pages: Mapping[str, Page]) -> None:
    """The other side of a talk: say the names of pages, and of each what is asked for."""
    print(json.dumps(list(pages)), flush=True)
    for line in sys.stdin:
        wanted, name = line.strip().split(" ", 1)
        page = pages[name]
        print(json.dumps(page.cost() if wanted == COST else _timed(page.ask)), flush=True)


def _timed(ask: Callable[[], Any]) -> float:
    """How long a request takes, in milliseconds."""
    began = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - began)


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
