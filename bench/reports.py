"""How quick pages and exports of usage are among millions of jobs: `make bench-reports`.

A PostgreSQL of its own gets two databases, of 100,000 jobs and of as many as asked for. Each page
is asked for through Django as a browser would, and files of the worker are made as it makes them.
All is removed at the end, unless it is to be kept for the next time: `make bench-reports KEEP=1`.
"""

import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.children import answer_of, by_turns, child, talk
from bench.reconcile import own_layout
from bench.results import store
from deploy.testbed.down import clean
from deploy.testbed.layout import Layout
from deploy.testbed.postgres import DATABASE, query
from deploy.testbed.progress import Progress
from deploy.testbed.up import bring_up

SMALL, LARGE = 100_000, 10_000_000
ROUNDS, REPEATS = 3, 12
LIMITS = {"p95_ms": 150, "max_queries": 15, "growth_ratio": 1.5}
_WORLD, _WHOLE = "bench_world", "whole"


def main() -> int:
    """Measure both sizes, print, store; 1 if something takes longer than it may."""
    words = [word for word in sys.argv[1:] if word.isdecimal()]
    jobs = int(words[0]) if words else LARGE
    keeps = "--keep" in sys.argv
    layout, progress = own_layout(), Progress(sys.stdout)
    try:
        bring_up(layout, only_postgres=True)
        for size in (SMALL, jobs):
            _make(layout, size, progress)
        progress.say("every page, in both by turns")
        with (
            talk(layout, _database(SMALL), "bench.report_pages") as few,
            talk(layout, _database(jobs), "bench.report_pages") as many,
        ):
            found = by_turns(few, many, rounds=ROUNDS, repeats=REPEATS)
            pages = {
                name: page | {"p95_ms_at_100000": small["p95_ms"]} for name, small, page in found
            }
        figures = summed_up(pages, jobs=jobs)
        figures["files"] = answer_of(layout, _database(jobs), "bench.report_exports")
        figures["tables"] = answer_of(layout, _database(jobs), "bench.report_tables")
    finally:
        if not keeps:
            clean(layout)
    store("reports", figures)
    show(figures)
    return int(any(figures[name] > limit for name, limit in LIMITS.items()))


def summed_up(found: dict[str, dict[str, Any]], *, jobs: int) -> dict[str, Any]:
    """The slowest page, the most queries, the most growth, and each page and export by name."""
    pages = [page for name, page in found.items() if not name.startswith("export_")]
    return {
        "jobs": jobs,
        "p95_ms": max(page["p95_ms"] for page in pages),
        "max_queries": max(page["queries"] for page in pages),
        "growth_ratio": max(page["growth_ratio"] for page in pages),
        **found,
    }


def show(figures: dict[str, Any]) -> None:
    """The figures for people."""
    table = Table(title=f"Reports among {figures['jobs']:,} jobs")
    for heading in ("", "p95 ms", "at 100,000", "growth", "queries"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, found in figures.items():
        if not isinstance(found, dict) or "p95_ms" not in found:
            continue
        keys = ("p95_ms", "p95_ms_at_100000", "growth_ratio", "queries")
        table.add_row(name.replace("_", " "), *(str(found[key]) for key in keys))
    Console().print(table)
    for name, found in figures["files"].items():
        print(f"{name}: {found}")
    for name, limit in LIMITS.items():
        print(f"{name}: {figures[name]} (at most {limit})")


def _make(layout: Layout, size: int, progress: Progress) -> None:
    """Make a database unless it is kept from another time."""
    known = query(
        layout,
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
        f" WHERE datname = '{_database(size)}'",
    )
    if known == _WHOLE:
        progress.say(f"{size:,} jobs are there")
        return
    progress.say(f"{size:,} jobs")
    if not query(layout, f"SELECT 1 FROM pg_database WHERE datname = '{_WORLD}'"):
        query(layout, f"CREATE DATABASE {_WORLD} OWNER {DATABASE}")
        child(layout, _WORLD, "bench.report_making")
    query(layout, f"DROP DATABASE IF EXISTS {_database(size)}")
    query(layout, f"CREATE DATABASE {_database(size)} OWNER {DATABASE} TEMPLATE {_WORLD}")
    child(layout, _database(size), "bench.report_making", str(size))
    query(layout, f"COMMENT ON DATABASE {_database(size)} IS '{_WHOLE}'")


def _database(size: int) -> str:
    return f"bench_{size}"


if __name__ == "__main__":
    sys.exit(main())
