"""How quick pages and exports of usage are among millions of jobs: `make bench-reports`.

A PostgreSQL of its own is filled twice, with 100,000 jobs and with as many as asked for, and each
page is asked for through Django as a browser would. All is removed at the end.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.reconcile import own_layout
from bench.results import percentile, store
from deploy.testbed.down import clean
from deploy.testbed.progress import Progress
from deploy.testbed.up import bring_up

SMALL = 100_000
REPEATS = 20
LIMITS = {"p95_ms": 150, "max_queries": 15, "growth_ratio": 1.5}


def main() -> int:
    """Measure both sizes, print, store; 1 if something takes longer than it may."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    layout, progress = own_layout(), Progress(sys.stdout)
    found: dict[int, dict[str, dict[str, float]]] = {}
    for size in (SMALL, jobs):
        clean(layout)
        try:
            bring_up(layout, only_postgres=True)
            progress.say(f"{size:,} jobs")
            found[size] = _in_own_process(size, layout.postgres_port)
        finally:
            clean(layout)
    figures = summed_up(found[SMALL], found[jobs], jobs=jobs)
    store("reports", figures)
    show(figures)
    return int(any(figures[name] > limit for name, limit in LIMITS.items()))


def summed_up(
    small: dict[str, dict[str, float]], large: dict[str, dict[str, float]], *, jobs: int
) -> dict[str, Any]:
    """The slowest page, the most queries, the most growth, and each page and export by name."""
    pages = [name for name in large if not name.startswith("export_")]
    for name, figures in large.items():
        figures["p95_ms_at_100000"] = small[name]["p95_ms"]
    return {
        "jobs": jobs,
        "p95_ms": max(large[name]["p95_ms"] for name in pages),
        "max_queries": max(large[name]["queries"] for name in pages),
        "growth_ratio": round(
            max(large[name]["p95_ms"] / small[name]["p95_ms"] for name in pages), 2
        ),
        **large,
    }


def show(figures: dict[str, Any]) -> None:
    """The figures for people."""
    table = Table(title=f"Reports among {figures['jobs']:,} jobs")
    for heading in ("", "p95 ms", "at 100,000", "queries"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, found in figures.items():
        if isinstance(found, dict):
            cells = (found["p95_ms"], found["p95_ms_at_100000"], found["queries"])
            table.add_row(name.replace("_", " "), *(str(cell) for cell in cells))
    Console().print(table)
    for name, limit in LIMITS.items():
        print(f"{name}: {figures[name]} (at most {limit})")


def _in_own_process(size: int, port: int) -> dict[str, dict[str, float]]:
    """One size, by a child of this process, since Django takes its settings but once."""
    url = f"postgresql://belfry@127.0.0.1:{port}/belfry"
    ended = subprocess.run(
        [sys.executable, "-m", "bench.report_pages", str(size)],
        env=os.environ | {"BELFRY_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: dict[str, dict[str, float]] = json.loads(ended.stdout.splitlines()[-1])
    return found


def timed(ask: Callable[[], object]) -> float:
    """The 95th percentile of how long it takes, in milliseconds, once warm."""
    for _ in range(3):
        ask()
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - began))
    return round(percentile(taken, 0.95), 1)


if __name__ == "__main__":
    sys.exit(main())
