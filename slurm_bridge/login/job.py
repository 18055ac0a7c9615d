"""`belfry job`: how a job of one's own used its GPUs, and what to do about it."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from slurm_bridge.login.job_ledger import FOLDER, JobUse, jobs_from_json
from slurm_bridge.login.read import NoLedgerError, own_text
from slurm_bridge.login.terminal import age, hours, painted, say

SECONDS_A_MINUTE = 60
JOULES_A_KWH = 3_600_000
LATEST_SHOWN = 5
BAD = frozenset({"no-gpu-used", "some-gpus-unused", "mostly-waiting"})
NOTHING = "too little was measured to say how it used its GPUs"


def own_job_uses() -> tuple[JobUse, ...]:
    """The caller's latest jobs that held GPUs, the newest first; none where nothing is known."""
    try:
        return jobs_from_json(own_text(FOLDER))
    except NoLedgerError:
        return ()


def print_job_uses(jobs: Sequence[JobUse], *, now: int, as_json: bool = False) -> None:
    """Each job in a few lines, or as JSON."""
    if as_json:
        say(json.dumps([asdict(job) for job in jobs], indent=2))
        return
    for job in jobs:
        state = "ended" if job.has_ended else f"running, as of {age(max(0, now - job.as_of))} ago"
        held = hours(job.gpus * job.held_seconds / SECONDS_A_MINUTE)
        say(painted(f"Job {job.job_id} ({job.account}): {state}, {held} GPU-hours", "bold"))
        say(f"  {painted(_sentence(job), _colour(job))}")
        if job.help_url:
            say(f"  What to do: {job.help_url}")
        say(f"  {_figures(job)}")


def print_line(job: JobUse) -> None:
    """The verdict on one line, as it may end the output of a job."""
    address = f" {job.help_url}" if job.verdict in BAD else ""
    say(f"Belfry: {_sentence(job)}{address}")


def print_latest(jobs: Sequence[JobUse]) -> None:
    """A line each for the latest jobs, below a table of use."""
    if not jobs:
        return
    say()
    say("How your latest jobs used their GPUs (belfry job JOBID says more):")
    width = max(len(job.job_id) for job in jobs[:LATEST_SHOWN])
    for job in jobs[:LATEST_SHOWN]:
        say(f"{job.job_id.rjust(width)}  {painted(_sentence(job), _colour(job))}")


def _sentence(job: JobUse) -> str:
    return job.sentence or f"No data: {NOTHING}."


def _colour(job: JobUse) -> str:
    if job.verdict in BAD:
        return "yellow"
    return "green" if job.verdict == "good" else "bold"


def _figures(job: JobUse) -> str:
    held = job.gpus * job.held_seconds
    if not job.measured_gpu_seconds or not held:
        return "Its GPUs were not measured."
    shares = [
        f"Measured {_percent(job.measured_gpu_seconds, held)} % of its GPU time",
        f"busy {_percent(job.busy_gpu_seconds, job.measured_gpu_seconds)} % of that",
        f"idle for {hours(job.idle_gpu_seconds / SECONDS_A_MINUTE)} GPU-hours",
    ]
    if job.energy_joules is not None:
        shares.append(f"{job.energy_joules / JOULES_A_KWH:,.2f} kWh")
    return ", ".join(shares) + "."


def _percent(part: float, whole: float) -> int:
    return min(100, int(100 * part / whole))
