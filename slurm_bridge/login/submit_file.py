"""The text that job_submit.lua reads: lines of fields between tabs, since Lua has no JSON.

The first line says when it was written, and a digest of the rest: slurmctld reads the rest again
only when that has changed. The last line shows that nothing is missing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from slurm_bridge.login.ledger import ProjectBalance, printable

FORMAT = 1
OPEN, EXPIRED, SUSPENDED = "open", "expired", "suspended"


@dataclass(frozen=True)
class SubmitRow:
    """A project as slurmctld needs it: members are numbers, so that no name has to be resolved."""

    balance: ProjectBalance
    status: str
    uids: tuple[int, ...]


def submit_text(
    *,
    rows: Iterable[SubmitRow],
    managed_partitions: Iterable[str],
    gpu_types: Mapping[str, tuple[str, ...]],
    portal_url: str,
    written_at: int,
) -> str:
    """The whole file."""
    managed = frozenset(managed_partitions)
    lines = [
        _line("partition", name, int(name in managed), ",".join(gpu_types.get(name, ())))
        for name in sorted(managed | gpu_types.keys())
    ]
    lines += [_project(row) for row in rows]
    body = "\n".join([*lines, "end\n"])
    digest = hashlib.sha256(f"{portal_url}\n{body}".encode()).hexdigest()[:32]
    return _line("belfry", FORMAT, written_at, digest, portal_url) + "\n" + body


def _project(row: SubmitRow) -> str:
    balance = row.balance
    return _line(
        "project",
        balance.account,
        row.status,
        balance.granted_gpu_minutes,
        balance.used_gpu_minutes,
        balance.reserved_gpu_minutes,
        balance.ends_on,
        ",".join(balance.partitions),
        ",".join(str(uid) for uid in row.uids),
        balance.closed_because,
    )


def _line(*fields: object) -> str:
    return "\t".join(printable(str(field)) for field in fields)
