"""What taking in jobs costs: `make bench-ingest JOBS=1000000`.

A testbed of its own gets a past in slurmdbd. Then the bridge reads it with sacct and sends it
through a real gunicorn to PostgreSQL, in turn with the bare sacct of the same window. All is
removed in the end.
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

from bench.results import store
from deploy.demo.stack import BIN, Stack
from deploy.testbed.down import clean
from deploy.testbed.history import (
    PAST_PARTITIONS,
    Accounting,
    insert_runs,
    next_job_id,
    past_cluster,
    project_members,
)
from deploy.testbed.layout import REPOSITORY, ZELLIK, Layout, layout_from_environment
from deploy.testbed.past_jobs import SECONDS_A_DAY, History, past_runs
from deploy.testbed.processes import running, start
from deploy.testbed.progress import Progress
from deploy.testbed.settings import require_settings
from deploy.testbed.up import bring_up
from slurm_bridge.slurm.accounting import FIELDS
from slurm_bridge.slurm.commands import Commands

JOBS = 1_000_000
DAYS = 180
PROJECTS = 20
USERS = ("daemon", "bin", "games", "mail", "news", "proxy")
RUNS_A_CHUNK = 50_000
REPEATS = 3
PORT_BASE = 38600
SETTLED_SECONDS = 620
LIMITS = {"ratio_to_sacct": 1.5, "bridge_mb": 150, "worker_mb": 300, "idle_cycle_seconds": 2}


def main() -> int:
    """Measure, print, store; 1 if something costs more than it may."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    layout = own_layout()
    progress = Progress(sys.stdout)
    stack = Stack(layout, port=layout.port_base + 90, extra_environment={"BELFRY_WORKERS": "1"})
    clean(layout)
    try:
        bring_up(layout, progress=progress)
        started_at = time.time()
        prepared = json.loads(portal(stack, "prepare", str(PROJECTS)))
        start(layout, stack.portal())
        make_accounts(layout, prepared["accounts"])
        starts, runs = make_past(layout, jobs, progress)
        wait_until_settled(started_at, progress)
        figures = measure(stack, prepared, starts, runs, progress)
    finally:
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


def make_accounts(layout: Layout, accounts: list[str]) -> None:
    """The projects' accounts in Slurm, with users whom this machine has anyway."""
    commands = Commands(layout.slurm_conf(ZELLIK), timeout_seconds=120)
    names = ",".join(accounts)
    commands.read("sacctmgr", "-i", "add", "account", names, f"cluster={ZELLIK.name}")
    users = ",".join(USERS)
    where = (f"account={names}", f"cluster={ZELLIK.name}")
    commands.read("sacctmgr", "-i", "add", "user", users, *where)


def make_past(layout: Layout, jobs: int, progress: Progress) -> tuple[int, int]:
    """So many finished jobs of the last months in slurmdbd; since when, and how many runs."""
    accounting = Accounting(layout, ZELLIK, require_settings(layout))
    members = project_members(accounting, "aif")
    ends = int(time.time()) - SECONDS_A_DAY
    starts = ends - DAYS * SECONDS_A_DAY
    job_id, made = next_job_id(accounting), 0
    first_job_id = job_id
    chunks = max(1, jobs // RUNS_A_CHUNK)
    with progress.step("past jobs") as step:
        for number in range(chunks):
            history = History(
                members=members,
                partitions=PAST_PARTITIONS[ZELLIK.name],
                jobs=jobs // chunks,
                starts=starts + (ends - starts) * number // chunks,
                ends=starts + (ends - starts) * (number + 1) // chunks,
                first_job_id=job_id,
                seed=number,
            )
            if number == 0:
                accounting.sql(past_cluster(accounting, history))
            runs = sorted(past_runs(history), key=lambda run: run.submitted)
            insert_runs(accounting, runs, history)
            job_id, made = job_id + history.jobs, made + len(runs)
        step.outcome = f"{made} runs of {job_id - first_job_id} jobs"
    return starts, made


def wait_until_settled(started_at: float, progress: Progress) -> None:
    """Soon after a restart of slurmctld the bridge reads a day anew, which is no idle cycle."""
    left = started_at + SETTLED_SECONDS - time.time()
    if left > 0:
        progress.say(f"  waiting {left:.0f} s until slurmctld counts as settled")
        time.sleep(left)


def measure(
    stack: Stack, prepared: dict[str, Any], starts: int, runs: int, progress: Progress
) -> dict[str, Any]:
    """The figures, of bare readings and whole roads in turn."""
    accounts = stack.layout.state / "accounts.json"
    accounts.write_text(json.dumps(prepared["accounts"]))
    bare, roads = [], []
    for number in range(REPEATS):
        portal(stack, "forget", str(starts))
        bare.append(bare_seconds(stack.layout, starts))
        roads.append(one_road(stack, prepared["token"], accounts))
        road = roads[-1]
        progress.say(
            f"  {number + 1} of {REPEATS}: sacct {bare[-1]:.1f} s, the whole road"
            f" {road['seconds']:.1f} s, without news {road['idle_seconds']:.2f} s"
        )
    arrived = json.loads(portal(stack, "count"))
    if arrived["runs"] != runs:
        raise SystemExit(f"{runs} runs were made, and {arrived['runs']} arrived")
    seconds = median(road["seconds"] for road in roads)
    ratios = [road["seconds"] / alone for road, alone in zip(roads, bare, strict=True)]
    return {
        "jobs": runs,
        "jobs_per_second": round(runs / seconds),
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
    """The window once through everything, in a process of its own."""
    conf = stack.layout.slurm_conf(ZELLIK)
    words = [BIN / "python", "-m", "bench.ingest_bridge", stack.url, token, conf, accounts]
    command = [str(word) for word in words]
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise SystemExit(finished.stderr[-3000:])
    road: dict[str, Any] = json.loads(finished.stdout)
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


def portal(stack: Stack, *asked: str) -> str:
    """What bench.ingest_portal printed."""
    finished = subprocess.run(
        [BIN / "python", "-m", "bench.ingest_portal", *asked],
        cwd=REPOSITORY,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise SystemExit(finished.stderr[-3000:])
    return finished.stdout.splitlines()[-1]


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
