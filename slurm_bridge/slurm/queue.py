"""Jobs one by one, as slurmctld has them, and an end to some of them.

Names come from users and can hold anything: the separator is fresh and random for each call, and
the name is the last column.
"""

import re
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.text import parse_duration, parse_tres
from slurm_bridge.wire_leaving import ENDING, QueuedJob

Member = tuple[str, str]

# Each field with more room than it can need, since squeue cuts off what does not fit.
_FIELDS = (
    ("JobArrayID", 40),
    ("Account", 100),
    ("UserName", 100),
    ("State", 40),
    ("StartTime", 40),
    ("TimeLimit", 40),
    ("tres-alloc", 1000),
)
LONGEST_NAME = 200
LONGEST_REASON = 300
# A command line holds these many with ease.
IDS_A_COMMAND = 1000


@dataclass
class Queue:
    """The jobs of a cluster that run or wait, each task of an array by itself."""

    commands: Commands

    def jobs(self, accounts: Collection[str]) -> dict[Member, tuple[QueuedJob, ...]]:
        """The jobs in these accounts by account and user, the lowest numbers first."""
        return self._read(f"--account={','.join(sorted(accounts))}")

    def cancel(self, account: str, username: str, job_ids: Collection[str]) -> None:
        """End those of these jobs that are this user's in this account now, and no others.

        scancel is given numbers alone: where it also has to look at an account or a user, it ends
        all waiting tasks of an array instead of the one named (22.05).
        """
        ids = self._own(account, username, job_ids)
        for start in range(0, len(ids), IDS_A_COMMAND):
            # It fails where one has just ended by itself; what is still there decides.
            result = self.commands.attempt("scancel", *ids[start : start + IDS_A_COMMAND])
            if result.code != 0 and self._own(account, username, ids):
                raise TransientSlurmError(f"scancel failed: {result.reason[:LONGEST_REASON]}")

    def _own(self, account: str, username: str, job_ids: Collection[str]) -> list[str]:
        """Of these jobs what may be ended, as scancel wants it."""
        queue = self._read()
        mine = {
            job.job_id
            for job in queue.get((account, username), ())
            if job.job_id in job_ids and job.state not in ENDING
        }
        everybody = [job.job_id for jobs in queue.values() for job in jobs]
        return [name for name in _as_wholes(mine, everybody) if name]

    def _read(self, *options: str) -> dict[Member, tuple[QueuedJob, ...]]:
        # A digit at its beginning would be taken for one of the width.
        separator = f"x{secrets.token_hex(8)}"
        named = ",".join(f"{name}:{width}{separator}" for name, width in _FIELDS)
        listed = self.commands.read(
            "squeue",
            "--all",
            "--array",
            "--noheader",
            *options,
            f"--Format={named},Name:{LONGEST_NAME}",
        )
        found: dict[Member, list[QueuedJob]] = defaultdict(list)
        for cells in _rows(listed, separator):
            job_id, account, username, *rest = cells
            found[account, username].append(_job(job_id, *rest))
        return {
            member: tuple(sorted(jobs, key=lambda job: _order(job.job_id)))
            for member, jobs in found.items()
        }


def _rows(listed: str, separator: str) -> Iterator[list[str]]:
    """Rows of fields; a line without the separator goes on with a name, and is left out."""
    for line in listed.split("\n"):
        cells = [cell.strip() for cell in line.split(separator)]
        if len(cells) == len(_FIELDS) + 1:
            yield cells


def _job(job_id: str, state: str, start: str, limit: str, tres: str, name: str) -> QueuedJob:
    return QueuedJob(
        job_id=job_id,
        name=name[:LONGEST_NAME],
        state=state,
        gpus=parse_tres(tres).get("gres/gpu", 0),
        # Of a job that waits it would be when Slurm thinks that it may start.
        started_at=int(start) if start.isdigit() and state != "PENDING" else None,
        limit_minutes=_minutes(limit),
    )


def _minutes(limit: str) -> int | None:
    try:
        return parse_duration(limit) // 60
    except ValueError:
        return None  # UNLIMITED, INVALID, or the partition's


def _as_wholes(mine: Collection[str], everybody: Collection[str]) -> Iterator[str]:
    """A heterogeneous job by its number, and only if all its parts are among these.

    Slurm ends such a job as a whole, whichever of its waiting parts is named.
    """
    for job_id in sorted(mine, key=_order):
        base, plus, part = job_id.partition("+")
        if not plus:
            yield job_id
        elif part == "0" and all(
            other in mine for other in everybody if other.startswith(f"{base}+")
        ):
            yield base


def _order(job_id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.split(r"[_+]", job_id))
