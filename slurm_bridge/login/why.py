"""`belfry why`: a job's state in plain words, and what its owner can do."""

import json
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from slurm_bridge.login.ledger import LedgerError, ProjectBalance, printable
from slurm_bridge.login.read import own_reading
from slurm_bridge.login.reasons import Explanation, explained, explained_end, is_about_gpu_time
from slurm_bridge.login.terminal import hours, painted, say
from slurm_bridge.slurm.commands import Commands

ANSWER_SECONDS = 60
LONGEST_REASON = 200
QUEUE_FIELDS = ("%i", "%T", "%a", "%P", "%r")
_JOB_ID = re.compile(r"\d{1,10}(_\d{1,10})?(\+\d{1,5})?")


@dataclass(frozen=True)
class JobAnswer:
    """One job, or one task of an array."""

    job_id: str
    state: str
    account: str
    partition: str
    reason: str
    """Slurm's own word."""
    meaning: str
    what_to_do: str


def is_job_id(text: str) -> bool:
    """Whether it can be the number of a job."""
    return bool(_JOB_ID.fullmatch(text)) and text.isascii()


def own_jobs(job_id: str) -> list[JobAnswer]:
    """The caller's jobs of that number: those in the queue, else those that have ended."""
    commands = Commands(timeout_seconds=ANSWER_SECONDS)
    return list(_queued(commands, job_id)) or list(_ended(commands, job_id))


def _queued(commands: Commands, job_id: str) -> Iterator[JobAnswer]:
    separator = secrets.token_hex(8)
    result = commands.attempt(
        "squeue",
        "--noheader",
        f"--jobs={job_id}",
        f"--user={os.getuid()}",
        f"--format={separator.join(QUEUE_FIELDS)}",
    )
    # It fails for a job that it has forgotten; what accounting knows decides then.
    for line in result.stdout.splitlines() if result.code == 0 else ():
        cells = [printable(cell) for cell in line.split(separator)]
        if len(cells) == len(QUEUE_FIELDS):
            number, state, account, partition, reason = cells
            waits = state in ("PENDING", "SUSPENDED")
            told = explained(reason) if waits else explained_end(state)
            told = _with_figures(told, account, reason)
            yield JobAnswer(
                number, state, account, partition, reason[:LONGEST_REASON], told.meaning, told.todo
            )


def _ended(commands: Commands, job_id: str) -> Iterator[JobAnswer]:
    text = commands.read(
        "sacct",
        "--allocations",
        "--noheader",
        "--parsable2",
        f"--jobs={job_id}",
        f"--uid={os.getuid()}",
        "--format=JobID,State,Account,Partition",
    )
    for line in text.splitlines():
        cells = [printable(cell) for cell in line.split("|")]
        if len(cells) == len(("JobID", "State", "Account", "Partition")):
            number, state, account, partition = cells
            told = explained_end(state.split(" ")[0])
            yield JobAnswer(number, state, account, partition, "", told.meaning, told.todo)


def _with_figures(told: Explanation, account: str, reason: str) -> Explanation:
    """The project's own figures, where it is the budget that is short."""
    project = _own_project(account) if is_about_gpu_time(reason) else None
    if project is None:
        return told
    figures = (
        f" {project.account} has {hours(project.left_gpu_minutes)} of"
        f" {hours(project.granted_gpu_minutes)} GPU-hours left, and running jobs hold"
        f" {hours(project.reserved_gpu_minutes)} more until they end."
    )
    return Explanation(told.meaning + figures, told.todo)


def _own_project(account: str) -> ProjectBalance | None:
    try:
        projects = own_reading().ledger.projects
    except LedgerError:
        return None
    return next((project for project in projects if project.account == account), None)


def print_jobs(jobs: list[JobAnswer], *, as_json: bool = False) -> None:
    """Each job in a few lines, or as JSON."""
    if as_json:
        say(json.dumps([asdict(job) for job in jobs], indent=2))
        return
    for job in jobs:
        reason = f" ({job.reason})" if job.reason not in ("", "None") else ""
        say(painted(f"Job {job.job_id}: {job.state}{reason}", "bold"))
        say(f"  {job.meaning}")
        if job.what_to_do:
            say(f"  What to do: {job.what_to_do}")
