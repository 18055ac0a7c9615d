"""What reconciling costs at scale: `make bench-reconcile`.

A testbed of its own is filled from nothing, by the bridge's own code and real Slurm; then come
cycles without a change, and one with twenty changes as a busy day brings them. All is removed.

Beside each time stand the processor's seconds and what one command of Slurm took in the same run,
so that a busy machine can be told from a slow bridge.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.name_cache import cached_names
from bench.one_by_one import extrapolated, sample_seconds
from bench.people import enter_own_etc, make_people
from bench.processor import load_average, services_seconds
from bench.projects import SITE, desired_state
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
from deploy.testbed.root_program import clusters_of, install_root_program
from deploy.testbed.up import bring_up
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.parse import ASSOCIATION_FIELDS
from slurm_bridge.slurm.site import SlurmSite

SIZES = (200, 2000)
REPEATS = 5
PORT_BASE = 18600
LIMITS = {"idle_ratio": 1.5, "idle_processes": 6, "mixed_seconds": 15, "memory_mb": 200}
LEAST_SPEEDUP = 15
SIZE_OF_SPEEDUP = 2000
PEOPLE, NO_GROUPS = (100_000, 900_000), (999_000, 999_999)


def main() -> int:
    """Measure each size, print, store; 1 if something costs more than it may."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    layout = own_layout()
    progress = Progress(sys.stdout)
    enter_own_etc(["-m", "bench.reconcile", *sys.argv[1:]])
    make_people(desired_state(max(sizes)).users)
    figures = stored("reconcile")
    with cached_names():
        for projects in sizes:
            progress.say(f"{projects} projects of ten members")
            figures[str(projects)] = measure_anew(layout, projects, progress)
            store("reconcile", figures)
    show({projects: figures[str(projects)] for projects in sizes})
    return int(any(too_costly(projects, figures[str(projects)]) for projects in sizes))


def own_layout() -> Layout:
    """A testbed beside that of the demonstration, since thousands of projects would bury it."""
    digest = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]
    os.environ.setdefault("BELFRY_STATE", f"/var/tmp/belfry-b-{digest}")
    os.environ.setdefault("BELFRY_PORT_BASE", str(PORT_BASE))
    return layout_from_environment()


def measure_anew(layout: Layout, projects: int, progress: Progress) -> dict[str, Any]:
    """The figures of one size, on a testbed of its own."""
    clean(layout)
    try:
        bring_up(layout)
        install_root_program(
            root_program(layout).parent,
            uids=PEOPLE,
            gids=NO_GROUPS,
            clusters=clusters_of(layout, (ZELLIK,)),
        )
        return measure(layout, projects, progress)
    finally:
        clean(layout)


def measure(layout: Layout, projects: int, progress: Progress) -> dict[str, Any]:
    """The figures of one size, on a testbed that has just been started."""
    commands = Commands(layout.slurm_conf(ZELLIK), timeout_seconds=120)
    empty = sample_seconds(layout.slurm_conf(CHARLEROI), CHARLEROI.name, "gpu", year=25)
    provisioned = cycle(layout, "provision", projects, progress)
    reads, own_reads, idle = [], [], []
    for _ in range(REPEATS):
        reads.append(bulk_read_seconds(commands))
        own_reads.append(own_read_seconds(commands))
        idle.append(cycle(layout, "idle", projects, progress))
    bare = bare_command_seconds(commands)
    mixed = cycle(layout, "mixed", projects, progress)
    full = sample_seconds(layout.slurm_conf(ZELLIK), ZELLIK.name, "h200", year=25)
    one_by_one = extrapolated(provisioned["kinds"], empty, full)
    idle_seconds = median(item["seconds"] for item in idle)
    return {
        "provision_seconds": round(provisioned["seconds"], 1),
        "provision_processes": provisioned["processes"],
        "provision_cpu_seconds": round(provisioned["cpu_seconds"], 1),
        "one_by_one_seconds": round(one_by_one),
        "speedup_to_one_by_one": round(one_by_one / provisioned["seconds"], 1),
        "bulk_read_seconds": round(median(reads), 3),
        "own_read_seconds": round(median(own_reads), 3),
        "bare_command_seconds": round(bare, 3),
        "idle_seconds": round(idle_seconds, 3),
        "idle_ratio": round(median(i["seconds"] / r for i, r in zip(idle, reads, strict=True)), 2),
        "idle_processes": max(item["processes"] for item in idle),
        "idle_cpu_seconds": round(median(item["cpu_seconds"] for item in idle), 2),
        "mixed_seconds": round(mixed["seconds"], 2),
        "mixed_cpu_seconds": round(mixed["cpu_seconds"], 2),
        "mixed_to_bulk_read": round(mixed["seconds"] / median(reads), 1),
        "mixed_to_bare_command": round(mixed["seconds"] / bare, 1),
        "mixed_processes": mixed["processes"],
        "memory_mb": round(max(item["memory_mb"] for item in (provisioned, *idle, mixed))),
        "load_average": max(item["load"] for item in (provisioned, *idle, mixed)),
        "processors": len(os.sched_getaffinity(0)),
    }


def root_program(layout: Layout) -> Path:
    """What makes test submissions as their members."""
    return layout.state / "root" / "belfry-root"


def bulk_read_seconds(commands: Commands) -> float:
    """One plain `sacctmgr show assoc` of the bridge's columns."""
    columns = f"format={ASSOCIATION_FIELDS}"
    where = ("where", f"cluster={SITE}")
    return seconds_of(lambda: commands.read("sacctmgr", "-nP", "show", "assoc", columns, *where))


def own_read_seconds(commands: Commands) -> float:
    """All that the bridge reads of a cluster, in the way in which it reads."""
    return seconds_of(SlurmSite(commands, SITE).read)


def bare_command_seconds(commands: Commands) -> float:
    """One command that changes next to nothing."""
    change = ("modify", "qos", "where", "name=normal", "set", "Priority=0")
    taken = [seconds_of(lambda: commands.read("sacctmgr", "-i", *change)) for _ in range(REPEATS)]
    return median(taken)


def seconds_of(work: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def cycle(layout: Layout, phase: str, projects: int, progress: Progress) -> dict[str, Any]:
    """One cycle in a process of its own; every change in it must have been made.

    A test submission may be refused where slurmctld lags: the next cycle would make it again.
    """
    asked = (phase, str(projects), str(layout.slurm_conf(ZELLIK)), str(root_program(layout)))
    before = services_seconds(layout, ZELLIK)
    finished = subprocess.run(
        [sys.executable, "-m", "bench.one_cycle", *asked],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        check=True,
    )
    found: dict[str, Any] = json.loads(finished.stdout)
    found["cpu_seconds"] += services_seconds(layout, ZELLIK) - before
    found["load"] = round(load_average(), 1)
    others = set(found["outcomes"]) - {"applied"}
    if found["refused"] or found["conflicts"] or others:
        raise SystemExit(f"{phase} did not work: {found}")
    changes = sum(found["kinds"].values())
    progress.say(
        f"  {phase:10}{found['seconds']:8.2f} s  {found['cpu_seconds']:8.2f} s of processors"
        f"  {changes:6} changes"
        f"  {found['processes']:4} processes  {found['memory_mb']:.0f} MB"
        f"  {found['accepted']} of {found['tried']} test submissions accepted"
        f"  load {found['load']}"
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
