"""Finished and running jobs, as slurmdbd has recorded them.

Job names come from users and can hold anything, so the delimiter is fresh and random for each
call, the fields of each row are counted, and the name is the last column. A row that cannot be
read is handed on as such, with the reason, and holds up no other.
"""

import logging
import re
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from pydantic import ValidationError

from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.text import parse_duration, parse_tres
from slurm_bridge.wire_accounting import JobRow, UnreadRow

log = logging.getLogger(__name__)

FIELDS = (
    "DBIndex,JobIDRaw,JobID,Account,Submit,Eligible,Start,End,Suspended,State,ExitCode,AllocTRES,"
    "NodeList,User,Partition,QOS,JobName"
)
FIELD_COUNT = FIELDS.count(",") + 1
LONGEST_NAME = 200
LONGEST_TEXT = 2000
LONGEST_REASON = 500
# A history of so many accounts need not be picked out of everybody's.
FEW = 200
_ARRAY_TASK = re.compile(rb"(\d+)_(\d+)")
_NEVER = frozenset({b"", b"Unknown", b"None", b"NONE"})
_NO_NODES = frozenset({"None assigned", "None", "(null)"})
_NOT_STARTED = frozenset({"PENDING", "REQUEUE_HOLD", "SPECIAL_EXIT"})


@dataclass
class JobReader:
    """Reads one cluster's jobs; `invalid_rows` counts what could not be understood."""

    commands: Commands
    cluster: str
    timeout_seconds: float = 900
    invalid_rows: int = 0

    def jobs_between(
        self, since: int, until: int | None, accounts: Collection[str]
    ) -> Iterator[JobRow | UnreadRow]:
        """Every run in these accounts that was alive in a span, running ones included."""
        is_history = since == 0 and len(accounts) <= FEW
        named = [f"--accounts={','.join(sorted(accounts))}"] if is_history else []
        end = "now" if until is None else _sacct_time(until)
        return self._rows(
            [f"--starttime={_sacct_time(since)}", f"--endtime={end}", *named], accounts
        )

    def jobs_numbered(
        self, job_ids: Collection[int], accounts: Collection[str]
    ) -> Iterator[JobRow | UnreadRow]:
        """Every run in these accounts of jobs with these numbers, whenever it was."""
        numbers = ",".join(str(job_id) for job_id in sorted(job_ids))
        return self._rows([f"--jobs={numbers}", f"--starttime={_sacct_time(0)}"], accounts)

    def _rows(self, wanted: list[str], accounts: Collection[str]) -> Iterator[JobRow | UnreadRow]:
        ours = frozenset(name.encode() for name in accounts)
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
            *wanted,
            f"--format={FIELDS}",
            timeout_seconds=self.timeout_seconds,
        )
        for cells in whole_rows(lines, delimiter.encode()):
            # Of rows that are not whole nobody knows whose they are.
            if len(cells) != FIELD_COUNT or cells[3] in ours:
                row = self._read(cells)
                if row is not None:
                    yield row

    def _read(self, cells: list[bytes]) -> JobRow | UnreadRow | None:
        try:
            return job_row(cells)
        except ValueError as error:  # pydantic's errors are such, too
            self.invalid_rows += 1
            unread = unread_row(cells, _reason(error))
            log.warning("sacct gave a job that cannot be understood: %s", unread.reason)
            return unread


def whole_rows(lines: Iterable[bytes], delimiter: bytes) -> Iterator[list[bytes]]:
    """Rows of fields; a line without the delimiter continues the last field of the row before.

    Of a field that goes on for ever no more is kept than anybody could use.
    """
    row: list[bytes] = []
    for line in lines:
        cells = line.split(delimiter)
        if len(cells) == 1 and row:
            if len(row[-1]) < LONGEST_TEXT:
                row[-1] += b"\n" + line
            continue
        if row:
            yield row
        row = cells
    if row:
        yield row


def job_row(cells: list[bytes]) -> JobRow | None:
    """One run; None for one that is still waiting and has used nothing."""
    if len(cells) != FIELD_COUNT:
        raise ValueError(f"a row of {len(cells)} fields instead of {FIELD_COUNT}")
    index, job_id, shown_id, account, submit, eligible, start, end, suspended, word, *rest = cells
    exit_code, alloc_tres, node_list, user, partition, qos, name = rest
    state = _word(word).split(" ", 1)[0]
    if state in _NOT_STARTED and end in _NEVER:
        return None
    if submit in _NEVER:
        raise ValueError("a row without the time of submission")
    array_task = _ARRAY_TASK.fullmatch(shown_id)
    gpus, cpus, nodes = _amounts(alloc_tres)
    return JobRow(
        db_index=_signed(int(index)),
        job_id=int(job_id),
        array_job_id=int(array_task[1]) if array_task else None,
        array_task_id=int(array_task[2]) if array_task else None,
        account=_word(account),
        submitted_at=int(submit),
        eligible_at=_epoch(eligible),
        started_at=_epoch(start),
        ended_at=_epoch(end),
        suspended_seconds=_seconds(suspended) if suspended else 0,
        state=state,
        exit_code=_word(exit_code),
        gpus=gpus,
        cpus=cpus,
        nodes=nodes,
        nodes_used=_nodes(node_list),
        username=_word(user),
        partition=_word(partition),
        qos=_word(qos),
        name=_text(name[: 4 * LONGEST_NAME])[:LONGEST_NAME],
    )


def unread_row(cells: list[bytes], reason: str) -> UnreadRow:
    """What is certain of a row that cannot be read; of one that is not whole, its numbers only."""
    is_whole = len(cells) == FIELD_COUNT
    shown = b" | ".join(cells) if is_whole else b" | ".join(cells[:2])
    index = _number(cells[0], 2**64)
    return UnreadRow(
        db_index=None if index is None else _signed(index),
        job_id=_number(cells[1], 2**32) if len(cells) > 1 else None,
        account=_text(cells[3])[:LONGEST_NAME] if is_whole else "",
        reason=reason[:LONGEST_REASON],
        text=_text(shown[: 4 * LONGEST_TEXT])[:LONGEST_TEXT],
    )


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error).replace("\n", " ") or "it cannot be read"


def _number(cell: bytes, beyond: int) -> int | None:
    number = int(cell) if cell.isdigit() and len(cell) <= len(str(beyond)) else None
    return number if number is not None and number < beyond else None


def _signed(key: int) -> int:
    """The same 64 bits with a sign, as PostgreSQL keeps them: newer Slurms use all 64."""
    return key - 2**64 if 2**63 <= key < 2**64 else key


def _text(cell: bytes) -> str:
    """Valid text without NUL, which PostgreSQL cannot store."""
    return cell.decode("utf-8", errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


# Few words fill the columns of millions of rows.
_word = lru_cache(maxsize=4096)(_text)


@lru_cache(maxsize=4096)
def _amounts(cell: bytes) -> tuple[int, int, int]:
    """GPUs, CPUs and nodes; most jobs hold what many others do."""
    tres = parse_tres(_text(cell))
    return tres.get("gres/gpu", 0), tres.get("cpu", 0), tres.get("node", 0)


@lru_cache(maxsize=4096)
def _seconds(cell: bytes) -> int:
    return parse_duration(_text(cell))


def _nodes(cell: bytes) -> str:
    """The nodes of a run; Slurm has words of its own for none."""
    text = _text(cell)
    return "" if text in _NO_NODES else text


def _epoch(cell: bytes) -> int | None:
    return None if cell in _NEVER else int(cell)


def _sacct_time(epoch: int) -> str:
    """Slurm knows no time before 1970; the commands run in UTC."""
    return datetime.fromtimestamp(max(epoch, 1), UTC).strftime("%Y-%m-%dT%H:%M:%S")
