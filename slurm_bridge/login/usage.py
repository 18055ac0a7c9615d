"""`belfry usage`: what one's own jobs have used, as accounting has them."""

import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from slurm_bridge.login.ledger import printable
from slurm_bridge.login.terminal import hours, painted, say, table
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.text import parse_tres

AMOUNTS = ("Jobs", "GPU-hours", "of these failed")
FIELDS = "Account,Start,End,State,AllocTRES"
SECONDS_A_DAY = 86_400
SECONDS_A_MINUTE = 60
ANSWER_SECONDS = 60
FAILED = frozenset({"FAILED", "TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL", "BOOT_FAIL", "DEADLINE"})


@dataclass
class ProjectUsage:
    """One account's jobs of one person; GPU time only inside the days asked for."""

    account: str
    jobs: int = 0
    gpu_seconds: int = 0
    failed_gpu_seconds: int = 0
    """Of these, in jobs that came to nothing."""


def own_usage(days: int) -> list[ProjectUsage]:
    """The caller's jobs that ran in the last days, the largest use first."""
    now = int(time.time())
    commands = Commands(timeout_seconds=ANSWER_SECONDS)
    text = commands.read(
        "sacct",
        "--allocations",
        "--noheader",
        "--parsable2",
        "--duplicates",
        "--noconvert",
        f"--uid={os.getuid()}",
        f"--starttime=now-{days}days",
        "--endtime=now",
        f"--format={FIELDS}",
    )
    return usage_of(text.splitlines(), since=now - days * SECONDS_A_DAY, now=now)


def usage_of(lines: Iterable[str], *, since: int, now: int) -> list[ProjectUsage]:
    """Sums by account; rows that are not whole are left out."""
    sums: dict[str, ProjectUsage] = {}
    for line in lines:
        cells = line.split("|")
        if len(cells) != FIELDS.count(",") + 1 or not cells[1].isdigit():
            continue
        account, started, ended, state, tres = cells
        begin, end = max(int(started), since), int(ended) if ended.isdigit() else now
        gpu_seconds = parse_tres(tres).get("gres/gpu", 0) * max(0, end - begin)
        project = sums.setdefault(account, ProjectUsage(printable(account)))
        project.jobs += 1
        project.gpu_seconds += gpu_seconds
        if state.split(" ")[0] in FAILED:
            project.failed_gpu_seconds += gpu_seconds
    return sorted(sums.values(), key=lambda item: (-item.gpu_seconds, item.account))


def print_usage(projects: list[ProjectUsage], days: int, *, as_json: bool = False) -> None:
    """A table, or the same as JSON."""
    if as_json:
        content = {"days": days, "projects": [asdict(project) for project in projects]}
        say(json.dumps(content, indent=2))
        return
    if not projects:
        say(f"No job of yours ran in the last {days} days.")
        return
    rows = [
        (
            project.account,
            str(project.jobs),
            hours(project.gpu_seconds / SECONDS_A_MINUTE),
            hours(project.failed_gpu_seconds / SECONDS_A_MINUTE),
        )
        for project in projects
    ]
    heading, *lines = table(("Project", *AMOUNTS), rows, numbers=AMOUNTS)
    say(f"Your jobs of the last {days} days:")
    say(painted(heading, "bold"))
    for line in lines:
        say(line)
