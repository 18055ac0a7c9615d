"""How quick every page is in a busy portal, and what the last minute before a cut-off costs.

`make bench-pages` makes two portals on a PostgreSQL of its own: of 5,000 applications, 2,000
projects and 20,000 members, and of 50 applications. Every page of the URLconf that somebody may
open is asked for in both by turns. Then 500 applicants save and hand in within a minute.
"""

import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.children import by_turns, child, talk
from bench.deadline import measure_deadline
from bench.reconcile import own_layout
from bench.results import store
from deploy.testbed.down import clean
from deploy.testbed.layout import Layout
from deploy.testbed.postgres import DATABASE, query
from deploy.testbed.progress import Progress
from deploy.testbed.up import bring_up

SMALL, LARGE = 50, 5_000
ROUNDS, REPEATS = 3, 15
LIMITS = {"p95_ms": 100, "max_queries": 15, "growth_ratio": 1.3}
DEADLINE_LIMITS = {"errors": 0, "p95_ms": 1_000}
_EMPTY = "pages_empty"


def main() -> int:
    """Measure, print, store; 1 if something takes longer than it may."""
    words = [word for word in sys.argv[1:] if word.isdecimal()]
    large = int(words[0]) if words else LARGE
    layout, progress = own_layout(), Progress(sys.stdout)
    try:
        bring_up(layout, only_postgres=True)
        query(layout, f"DROP DATABASE IF EXISTS {_EMPTY}")
        query(layout, f"CREATE DATABASE {_EMPTY} OWNER {DATABASE}")
        child(layout, _EMPTY, "bench.page_world")
        for size in (SMALL, large):
            progress.say(f"{size:,} applications")
            _make(layout, size)
        progress.say("every page, in both by turns")
        with (
            talk(layout, _database(SMALL), "bench.page_times") as few,
            talk(layout, _database(large), "bench.page_times") as many,
        ):
            found = by_turns(few, many, rounds=ROUNDS, repeats=REPEATS)
            figures = summed_up({name: page for name, _, page in found}, applications=large)
        store("pages", figures)
        progress.say("the last minute before a cut-off")
        deadline = measure_deadline(layout, _database(SMALL))
        store("deadline", deadline)
    finally:
        clean(layout)
    show(figures, deadline)
    missed = any(figures[name] > limit for name, limit in LIMITS.items())
    return int(missed or any(deadline[name] > limit for name, limit in DEADLINE_LIMITS.items()))


def summed_up(pages: dict[str, dict[str, Any]], *, applications: int) -> dict[str, Any]:
    """The slowest page, the most queries, the most growth, and each page by name."""
    return {
        "size": applications,
        "p95_ms": max(page["p95_ms"] for page in pages.values()),
        "max_queries": max(page["queries"] for page in pages.values()),
        "growth_ratio": max(page["growth_ratio"] for page in pages.values()),
        **pages,
    }


def show(figures: dict[str, Any], deadline: dict[str, Any]) -> None:
    """The figures for people, the slowest page first."""
    table = Table(title=f"Pages among {figures['size']:,} applications")
    for heading in ("", "median ms", "p95 ms", "queries", "bytes", "growth"):
        table.add_column(heading, justify="right" if heading else "left")
    pages = {name: found for name, found in figures.items() if isinstance(found, dict)}
    for name, found in sorted(pages.items(), key=lambda item: -item[1]["p95_ms"]):
        keys = ("median_ms", "p95_ms", "queries", "bytes", "growth_ratio")
        table.add_row(name, *(str(found[key]) for key in keys))
    Console().print(table)
    for name, limit in LIMITS.items():
        print(f"{name}: {figures[name]} (at most {limit})")
    print(f"the last minute: {deadline}")
    for name, limit in DEADLINE_LIMITS.items():
        print(f"{name}: {deadline[name]} (at most {limit})")


def _make(layout: Layout, size: int) -> None:
    query(layout, f"DROP DATABASE IF EXISTS {_database(size)}")
    query(layout, f"CREATE DATABASE {_database(size)} OWNER {DATABASE} TEMPLATE {_EMPTY}")
    child(layout, _database(size), "bench.page_world", str(size))


def _database(size: int) -> str:
    return f"pages_{size}"


if __name__ == "__main__":
    sys.exit(main())
