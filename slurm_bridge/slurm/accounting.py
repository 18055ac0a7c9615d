"""Finished and running jobs, as slurmdbd has recorded them.

Job names come from users and can hold anything, so the delimiter is fresh and random for each
call, the fields of each row are counted, and the name is the last column.
"""

import logging
import re
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.text import parse_duration, parse_tres
from slurm_bridge.wire_accounting import JobRow

log = logging.getLogger(__name__)

FIELDS = (
    "DBIndex,JobIDRaw,JobID,Account,Submit,Start,End,Suspended,State,ExitCode,AllocTRES,"
    "User,Partition,QOS,JobName"
)
FIELD_COUNT = FIELDS.count(",") + 1
LONGEST_NAME = 200
# A history of so many accounts need not be picked out of everybody's.
FEW = 200
_ARRAY_TASK = re.compile(rb"(\d+)_(\d+)")
_NEVER = frozenset({"", "Unknown", "None", "NONE"})
_NOT_STARTED = frozenset({"PENDING", "REQUEUE_HOLD", "SPECIAL_EXIT"})


@dataclass
class JobReader:
    """Reads one cluster's jobs; `invalid_rows` counts what could not be understood."""

    commands: Commands
    cluster: str
    timeout_seconds: float = 900
    invalid_rows: int = 0

    def jobs_since(self, since: int, accounts: Collection[str]) -> Iterator[JobRow]:
        """Every run in these accounts that was alive after a time, running ones included."""
        wanted = frozenset(name.encode() for name in accounts)
        is_history = since == 0 and len(accounts) <= FEW
        named = [f"--accounts={','.join(sorted(accounts))}"] if is_history else []
        delimiter = secrets.token_hex(12)
        lines = self.commands.lines(
            "sacct",
            "--allusers",
            "--allocations",
            "--noheader",
            "--parsable2",
            "--duplicates",
            "--noconvert",
            f"--clusters={self.cluster}",
            f"--delimiter={delimiter}",
            f"--starttime={_sacct_time(since)}",
            "--endtime=now",
            *named,
            f"--format={FIELDS}",
            timeout_seconds=self.timeout_seconds,
        )
        for cells in whole_rows(lines, delimiter.encode()):
            if len(cells) != FIELD_COUNT:
                self._count_invalid("a row with a wrong number of fields")
            elif cells[3] in wanted:
                row = self._parsed(cells)
                if row is not None:
                    yield row

    def _parsed(self, cells: list[bytes]) -> JobRow | None:
        try:
            return job_row(cells)
        except (ValidationError, ValueError) as error:
            self._count_invalid(str(error).replace("\n", " ")[:200])
            return None

    def _count_invalid(self, reason: str) -> None:
        self.invalid_rows += 1
        log.warning("sacct gave a job that cannot be understood: %s", reason)


def whole_rows(lines: Iterable[bytes], delimiter: bytes) -> Iterator[list[bytes]]:
    """Rows of fields; a line without the delimiter continues the last field of the row before."""
    row: list[bytes] = []
    for line in lines:
        cells = line.split(delimiter)
        if len(cells) == 1 and row:
            row[-1] += b"\n" + line
            continue
        if row:
            yield row
        row = cells
    if row:
        yield row


def job_row(cells: list[bytes]) -> JobRow | None:
    """One run; None for one that is still waiting and has used nothing."""
    state = _text(cells[8]).split(" ")[0]
    if state in _NOT_STARTED and _epoch(cells[6]) is None:
        return None
    array_task = _ARRAY_TASK.fullmatch(cells[2])
    tres = parse_tres(_text(cells[10]))
    return JobRow(
        db_index=_signed(int(cells[0])),
        job_id=int(cells[1]),
        array_job_id=int(array_task[1]) if array_task else None,
        array_task_id=int(array_task[2]) if array_task else None,
        account=_text(cells[3]),
        submitted_at=_epoch(cells[4]) or 0,
        started_at=_epoch(cells[5]),
        ended_at=_epoch(cells[6]),
        suspended_seconds=parse_duration(_text(cells[7])) if cells[7] else 0,
        state=state,
        exit_code=_text(cells[9]),
        gpus=tres.get("gres/gpu", 0),
        cpus=tres.get("cpu", 0),
        nodes=tres.get("node", 0),
        username=_text(cells[11]),
        partition=_text(cells[12]),
        qos=_text(cells[13]),
        name=_text(cells[14])[:LONGEST_NAME],
    )


def _signed(key: int) -> int:
    """The same 64 bits with a sign, as PostgreSQL keeps them: newer Slurms use all 64."""
    return key - 2**64 if 2**63 <= key < 2**64 else key


def _text(cell: bytes) -> str:
    """Valid text without NUL, which PostgreSQL cannot store."""
    return cell.decode("utf-8", errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _epoch(cell: bytes) -> int | None:
    text = _text(cell)
    return None if text in _NEVER else int(text)


def _sacct_time(epoch: int) -> str:
    """Slurm knows no time before 1970; the commands run in UTC."""
    return datetime.fromtimestamp(max(epoch, 1), UTC).strftime("%Y-%m-%dT%H:%M:%S")
