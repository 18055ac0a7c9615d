"""What reconciling costs at scale: `make bench-reconcile`.

A testbed of its own is filled from nothing, by the bridge's own code and real Slurm; then come
cycles without a change, and one with twenty changes as a busy day brings them. All is removed.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.one_by_one import extrapolated, sample_seconds
from bench.projects import LEADERS, SITE
from bench.results import store, stored
from deploy.testbed.down import clean
from deploy.testbed.layout import (
    CHARLEROI,
    REPOSITORY,
    ZELLIK,
    Layout,
    layout_from_environment,
)
from deploy.testbed.progress import Progress
from deploy.testbed.up import bring_up
from slurm_bridge.directory.local import LocalDirectory
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.site import SlurmSite

SIZES = (200, 2000)
REPEATS = 5
PORT_BASE = 37600
LIMITS = {"idle_ratio": 1.5, "idle_processes": 6, "mixed_seconds": 15, "memory_mb": 200}
LEAST_SPEEDUP = 15
SIZE_OF_SPEEDUP = 2000


def main() -> int:
    """Measure each size, print, store; 1 if something costs more than it may."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    layout = own_layout()
    progress = Progress(sys.stdout)
    figures = stored("reconcile")
    for projects in sizes:
        clean(layout)
        try:
            progress.say(f"{projects} projects of ten members")
            bring_up(layout)
            figures[str(projects)] = measure(layout, projects, progress)
        finally:
            clean(layout)
        store("reconcile", figures)
    show({projects: figures[str(projects)] for projects in sizes})
    return int(any(too_costly(projects, figures[str(projects)]) for projects in sizes))


def own_layout() -> Layout:
    """A testbed beside that of the demonstration, since thousands of projects would bury it."""
    digest = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]
    os.environ.setdefault("BELFRY_STATE", f"/var/tmp/belfry-b-{digest}")
    os.environ.setdefault("BELFRY_PORT_BASE", str(PORT_BASE))
    return layout_from_environment()


def measure(layout: Layout, projects: int, progress: Progress) -> dict[str, Any]:
    """The figures of one size, on a testbed that has just been started."""
    commands = Commands(layout.slurm_conf(ZELLIK), timeout_seconds=120)
    make_leaders(layout, commands)
    empty = sample_seconds(layout.slurm_conf(CHARLEROI), CHARLEROI.name, "gpu", year=25)
    provisioned = cycle(layout, "provision", projects, progress)
    reads, idle = [], []
    for _ in range(REPEATS):
        reads.append(bulk_read_seconds(commands))
        idle.append(cycle(layout, "idle", projects, progress))
    mixed = cycle(layout, "mixed", projects, progress)
    full = sample_seconds(layout.slurm_conf(ZELLIK), ZELLIK.name, "h200", year=25)
    one_by_one = extrapolated(provisioned["kinds"], empty, full)
    idle_seconds = median(item["seconds"] for item in idle)
    return {
        "provision_seconds": round(provisioned["seconds"], 1),
        "provision_processes": provisioned["processes"],
        "one_by_one_seconds": round(one_by_one),
        "speedup_to_one_by_one": round(one_by_one / provisioned["seconds"], 1),
        "bulk_read_seconds": round(median(reads), 3),
        "idle_seconds": round(idle_seconds, 3),
        "idle_ratio": round(median(i["seconds"] / r for i, r in zip(idle, reads, strict=True)), 2),
        "idle_processes": max(item["processes"] for item in idle),
        "mixed_seconds": round(mixed["seconds"], 2),
        "mixed_processes": mixed["processes"],
        "memory_mb": round(max(item["memory_mb"] for item in (provisioned, *idle, mixed))),
    }


def make_leaders(layout: Layout, commands: Commands) -> None:
    """UNIX users for whom test submissions are made; cleaning the testbed removes them."""
    directory = LocalDirectory(
        commands, home_base=layout.state / "homes", record_file=layout.unix_users
    )
    (layout.state / "homes").mkdir(exist_ok=True)
    for leader in LEADERS:
        if directory.uid_of(leader.username) is None:
            directory.create(leader)


def bulk_read_seconds(commands: Commands) -> float:
    """One `sacctmgr show assoc` as the bridge makes it, without what the bridge makes of it."""
    began = time.monotonic()
    SlurmSite(commands, SITE).show_associations()
    return time.monotonic() - began


def cycle(layout: Layout, phase: str, projects: int, progress: Progress) -> dict[str, Any]:
    """One cycle in a process of its own; every change in it must have been made.

    A test submission may be refused where slurmctld lags: the next cycle would make it again.
    """
    asked = (phase, str(projects), str(layout.slurm_conf(ZELLIK)))
    finished = subprocess.run(
        [sys.executable, "-m", "bench.one_cycle", *asked],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        check=True,
    )
    found: dict[str, Any] = json.loads(finished.stdout)
    others = set(found["outcomes"]) - {"applied"}
    if found["refused"] or found["conflicts"] or others:
        raise SystemExit(f"{phase} did not work: {found}")
    changes = sum(found["kinds"].values())
    progress.say(
        f"  {phase:10}{found['seconds']:8.2f} s  {changes:6} changes"
        f"  {found['processes']:4} processes  {found['memory_mb']:.0f} MB"
        f"  {found['accepted']} of {found['tried']} test submissions accepted"
    )
    return found


def too_costly(projects: int, figures: dict[str, Any]) -> list[str]:
    """The figures that are beyond what they may be."""
    beyond = [name for name, limit in LIMITS.items() if figures[name] > limit]
    if projects >= SIZE_OF_SPEEDUP and figures["speedup_to_one_by_one"] < LEAST_SPEEDUP:
        beyond.append("speedup_to_one_by_one")
    return beyond


def show(figures: dict[int, dict[str, Any]]) -> None:
    """The figures for people; what is beyond its limit in red."""
    table = Table(title="Reconciling projects of ten members")
    table.add_column("")
    for projects in figures:
        table.add_column(f"{projects} projects", justify="right")
    for name in next(iter(figures.values())):
        cells = [
            f"[red]{found[name]}[/red]" if name in too_costly(projects, found) else f"{found[name]}"
            for projects, found in figures.items()
        ]
        table.add_row(name.replace("_", " "), *cells)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
