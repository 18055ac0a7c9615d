"""The testbed that `bench.ingest` measures on: a past in slurmdbd, and projects in the portal.

Making a million jobs takes longer than measuring them. With BELFRY_KEEP=1 the testbed stays, and
the next run with as many jobs finds it.
"""

import json
import os
import subprocess
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

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
from deploy.testbed.layout import REPOSITORY, ZELLIK, Layout
from deploy.testbed.past_jobs import SECONDS_A_DAY, History, past_runs
from deploy.testbed.progress import Progress
from deploy.testbed.settings import require_settings
from deploy.testbed.up import bring_up
from slurm_bridge.slurm.commands import Commands

DAYS = 180
PROJECTS = 20
USERS = ("daemon", "bin", "games", "mail", "news", "proxy")
RUNS_A_CHUNK = 50_000
SETTLED_SECONDS = 620


@dataclass(frozen=True)
class Past:
    """What was made: how many jobs were asked for, what became of them, and since when."""

    jobs: int
    runs: int
    gpu_seconds: int
    starts: int
    accounts: list[str]
    token: str
    slurm_started_at: float


def is_kept() -> bool:
    """Whether the testbed is to stay for the next run."""
    return os.environ.get("BELFRY_KEEP") == "1"


def have_past(stack: Stack, jobs: int, progress: Progress) -> Past:
    """A testbed with so many finished jobs: the kept one, or a new one."""
    layout = stack.layout
    known = _kept_past(layout)
    if known is None or known.jobs != jobs:
        clean(layout)
        bring_up(layout, progress=progress)
        started_at = time.time()
        prepared = json.loads(portal(stack, "prepare", str(PROJECTS)))
        _make_accounts(layout, prepared["accounts"])
        starts, runs, used = _make_past(layout, jobs, progress)
        known = Past(
            jobs=jobs,
            runs=runs,
            gpu_seconds=used,
            starts=starts,
            accounts=prepared["accounts"],
            token=prepared["token"],
            slurm_started_at=started_at,
        )
        _past_file(layout).write_text(json.dumps(asdict(known)))
    else:
        bring_up(layout, progress=progress)
        portal(stack, "migrate")
    _wait_until_settled(known.slurm_started_at, progress)
    return known


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


def _past_file(layout: Layout) -> Path:
    return layout.state / "ingest.json"


def _kept_past(layout: Layout) -> Past | None:
    """What an earlier run left, if it made all of it."""
    path = _past_file(layout)
    return Past(**json.loads(path.read_text())) if path.exists() else None


def _make_accounts(layout: Layout, accounts: list[str]) -> None:
    """The projects' accounts in Slurm, with users whom this machine has anyway."""
    commands = Commands(layout.slurm_conf(ZELLIK), timeout_seconds=120)
    names = ",".join(accounts)
    commands.read("sacctmgr", "-i", "add", "account", names, f"cluster={ZELLIK.name}")
    users = ",".join(USERS)
    where = (f"account={names}", f"cluster={ZELLIK.name}")
    commands.read("sacctmgr", "-i", "add", "user", users, *where)


def _make_past(layout: Layout, jobs: int, progress: Progress) -> tuple[int, int, int]:
    """So many finished jobs of the last months in slurmdbd; since when, runs, GPU-seconds."""
    accounting = Accounting(layout, ZELLIK, require_settings(layout))
    members = project_members(accounting, "aif")
    ends = int(time.time()) - SECONDS_A_DAY
    starts = ends - DAYS * SECONDS_A_DAY
    job_id, made, used = next_job_id(accounting), 0, 0
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
                # Else slurmdbd would add up half a year of usage while others are measured.
                accounting.sql(past_cluster(accounting, replace(history, ends=ends)))
            runs = sorted(past_runs(history), key=lambda run: run.submitted)
            insert_runs(accounting, runs, history)
            job_id, made = job_id + history.jobs, made + len(runs)
            used += sum(run.gpu_seconds for run in runs)
        step.outcome = f"{made} runs of {job_id - first_job_id} jobs"
    return starts, made, used


def _wait_until_settled(started_at: float, progress: Progress) -> None:
    """Soon after a restart of slurmctld the bridge reads a day anew, which is no idle cycle."""
    left = started_at + SETTLED_SECONDS - time.time()
    if left > 0:
        progress.say(f"  waiting {left:.0f} s until slurmctld counts as settled")
        time.sleep(left)
