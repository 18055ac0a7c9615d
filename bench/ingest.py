"""What taking in jobs costs: `make bench-ingest JOBS=1000000`.

A testbed of its own gets a past in slurmdbd. Then the bridge reads it with sacct and sends it
through a real gunicorn to PostgreSQL, where a real worker makes the indexes, in turn with the bare
sacct of the same window. All is removed in the end.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.ingest_past import Past, have_past, is_kept, portal
from bench.results import store
from deploy.demo.stack import BIN, Stack
from deploy.testbed.down import clean
from deploy.testbed.layout import REPOSITORY, ZELLIK, Layout, layout_from_environment
from deploy.testbed.processes import running, start, stop
from deploy.testbed.progress import Progress
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.job_fields import FIELDS

JOBS = 1_000_000
REPEATS = 3
PORT_BASE = 19600
LIMITS = {"ratio_to_sacct": 1.5, "bridge_mb": 150, "worker_mb": 300, "idle_cycle_seconds": 2}


def main() -> int:
    """Measure, print, store; 1 if something costs more than it may."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    layout = own_layout()
    progress = Progress(sys.stdout)
    stack = Stack(layout, port=layout.port_base + 90, extra_environment={"BELFRY_WORKERS": "1"})
    try:
        past = have_past(stack, jobs, progress)
        for service in (stack.portal(), stack.worker()):
            if running(layout, service.name):
                stop(layout, service)
            start(layout, service)
        figures = measure(stack, past, progress)
    finally:
        if not is_kept():
            clean(layout)
    store("ingest", figures)
    show(figures)
    return int(any(figures[name] > most for name, most in LIMITS.items()))


def own_layout() -> Layout:
    """A testbed beside that of the demonstration, whose sites a past of this size would bury."""
    digest = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]
    os.environ.setdefault("BELFRY_STATE", f"/var/tmp/belfry-i-{digest}")
    os.environ.setdefault("BELFRY_PORT_BASE", str(PORT_BASE))
    return layout_from_environment()


def measure(stack: Stack, past: Past, progress: Progress) -> dict[str, Any]:
    """The figures, of bare readings and whole roads in turn."""
    accounts = stack.layout.state / "accounts.json"
    accounts.write_text(json.dumps(past.accounts))
    bare, roads = [], []
    for number in range(REPEATS):
        portal(stack, "forget", str(past.starts))
        bare.append(bare_seconds(stack.layout, past.starts))
        roads.append(one_road(stack, past.token, accounts))
        road = roads[-1]
        progress.say(
            f"  {number + 1} of {REPEATS}: sacct {bare[-1]:.1f} s, the whole road"
            f" {road['seconds']:.1f} s, without news {road['idle_seconds']:.2f} s"
        )
    arrived = json.loads(portal(stack, "count"))
    if arrived != {"runs": past.runs, "gpu_seconds": past.gpu_seconds}:
        raise SystemExit(f"{past} was made, and {arrived} arrived")
    seconds = median(road["seconds"] for road in roads)
    ratios = [road["seconds"] / alone for road, alone in zip(roads, bare, strict=True)]
    return {
        "jobs": past.runs,
        "jobs_per_second": round(past.runs / seconds),
        "sacct_seconds": round(median(bare), 1),
        "road_seconds": round(seconds, 1),
        "ratio_to_sacct": round(median(ratios), 2),
        "bridge_mb": round(max(road["memory_mb"] for road in roads)),
        "worker_mb": round(worker_mb(stack.layout)),
        "idle_cycle_seconds": round(median(road["idle_seconds"] for road in roads), 2),
    }


def bare_seconds(layout: Layout, starts: int) -> float:
    """One sacct of the whole window that asks for what the bridge asks for."""
    commands = Commands(layout.slurm_conf(ZELLIK))
    since = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(starts))
    began = time.monotonic()
    for _line in commands.lines(
        "sacct",
        "--allusers",
        "--allocations",
        "--noheader",
        "--parsable2",
        "--duplicates",
        "--noconvert",
        f"--clusters={ZELLIK.name}",
        f"--starttime={since}",
        "--endtime=now",
        f"--format={FIELDS}",
        timeout_seconds=1800,
    ):
        pass
    return time.monotonic() - began


def one_road(stack: Stack, token: str, accounts: Path) -> dict[str, Any]:
    """The window once through everything, in a process of its own, until all has its indexes."""
    conf = stack.layout.slurm_conf(ZELLIK)
    words = [BIN / "python", "-m", "bench.ingest_bridge", stack.url, token, conf, accounts]
    command = [str(word) for word in words]
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise SystemExit(finished.stderr[-3000:])
    road: dict[str, Any] = json.loads(finished.stdout)
    indexed = json.loads(portal(stack, "indexed"))
    road["seconds"] += max(0, indexed["at"] - road["arrived_at"])
    return road


def worker_mb(layout: Layout) -> float:
    """The most that any process of gunicorn has ever held."""
    master = running(layout, "portal")
    if master is None:
        raise SystemExit("gunicorn has ended")
    folder = Path(f"/proc/{master.pid}/task/{master.pid}")
    children = (folder / "children").read_text().split()
    return max(_peak_mb(int(child)) for child in children)


def _peak_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def show(figures: dict[str, Any]) -> None:
    """The figures for people."""
    table = Table(title=f"Taking in {figures['jobs']:,} runs")
    for heading in ("What", "Figure", "Limit"):
        table.add_column(heading, justify="left" if heading == "What" else "right")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:,}", str(LIMITS.get(name, "")))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
