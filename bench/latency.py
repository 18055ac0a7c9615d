"""How long from an accepted award until `sbatch` is accepted, at each site: `make bench-latency`.

Every award is approved and accepted in the portal over HTTP, and every submission is a real one by
the new project's leader, tried again and again from the moment of the acceptance.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.results import percentile, store
from deploy.demo.cli import demo_stack
from deploy.demo.people import ADA
from deploy.demo.stack import Stack, start_stack
from deploy.demo.steps import (
    apply_for_time,
    approve,
    hand_in,
    reviewer,
    sbatch,
    username_of,
    wait_for_submission,
)
from deploy.testbed.layout import CHARLEROI, SITES, ZELLIK, Site, layout_from_environment
from deploy.testbed.progress import Progress
from deploy.testbed.shell import run_as
from deploy.testbed.slurm import run_slurm
from deploy.testbed.up import bring_up

APPROVALS = 20
LIMIT_SECONDS = 5.0
HOURS = {ZELLIK: 700, CHARLEROI: 700}


def main() -> int:
    """Measure, print, store; 1 if the 95th percentile is over the limit."""
    stack = demo_stack(layout_from_environment())
    progress = Progress(sys.stdout)
    bring_up(stack.layout, progress=progress)
    start_stack(stack, progress)
    seconds: dict[Site, list[float]] = {site: [] for site in SITES}
    for number in range(APPROVALS):
        for site, taken in one_approval(stack).items():
            seconds[site].append(taken)
        latest = ", ".join(f"{site.name} {seconds[site][-1]:.2f} s" for site in SITES)
        progress.say(f"  approval {number + 1:2} of {APPROVALS}: {latest}")
    every = [taken for values in seconds.values() for taken in values]
    store(
        "latency",
        {
            "approvals": APPROVALS,
            "p50_seconds": round(median(every), 3),
            "p95_seconds": round(percentile(every, 0.95), 3),
            "bare_sbatch_seconds": round(bare_submission(stack), 3),
        },
    )
    show(seconds)
    return int(percentile(every, 0.95) > LIMIT_SECONDS)


def one_approval(stack: Stack) -> dict[Site, float]:
    """Seconds from an accepted award to an accepted job, at each site."""
    ada, reference = apply_for_time(stack, ADA, track="pa", hours=HOURS, months=6)
    hand_in(ada, reference)
    approval = approve(reviewer(stack), ada, reference)
    username = username_of(stack, ada, approval.project, ADA)

    def submit(site: Site) -> float:
        job = wait_for_submission(stack, site, approval.project, username)
        taken = time.monotonic() - approval.accepted_at
        run_slurm(stack.layout, site, "scancel", job)
        return taken

    with ThreadPoolExecutor() as pool:
        return dict(zip(SITES, pool.map(submit, SITES), strict=True))


def bare_submission(stack: Stack) -> float:
    """The median time of an `sbatch` that needs nothing new, for comparison in the same run."""
    ada, reference = apply_for_time(stack, ADA, track="pa", hours=HOURS, months=6)
    hand_in(ada, reference)
    project = approve(reviewer(stack), ada, reference).project
    username = username_of(stack, ada, project, ADA)
    run_slurm(
        stack.layout, ZELLIK, "scancel", wait_for_submission(stack, ZELLIK, project, username)
    )
    taken = []
    for _number in range(5):
        started = time.monotonic()
        job = run_as(stack.layout, ZELLIK, username, sbatch(ZELLIK, project)).stdout.strip()
        taken.append(time.monotonic() - started)
        run_slurm(stack.layout, ZELLIK, "scancel", job)
    return median(taken)


def show(seconds: dict[Site, list[float]]) -> None:
    """The figures for people."""
    table = Table(title="From an accepted award to an accepted sbatch")
    for heading in ("Site", "Approvals", "p50", "p95", "slowest"):
        table.add_column(heading, justify="left" if heading == "Site" else "right")
    for site, values in seconds.items():
        table.add_row(
            site.name,
            str(len(values)),
            f"{median(values):.2f} s",
            f"{percentile(values, 0.95):.2f} s",
            f"{max(values):.2f} s",
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
