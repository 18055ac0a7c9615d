"""What the fields of sacct's rows mean, read for many rows at once.

Job names come from users and can hold anything, so the fields of each row are counted, and the
name is the last column.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from pydantic import ValidationError

from slurm_bridge.slurm.text import parse_duration, parse_tres
from slurm_bridge.wire_accounting import JobColumns, JobRow, UnreadRow

FIELDS = (
    "DBIndex,JobIDRaw,JobID,Account,Submit,Eligible,Start,End,Suspended,State,ExitCode,AllocTRES,"
    "NodeList,User,Partition,QOS,JobName"
)
FIELD_COUNT = FIELDS.count(",") + 1
LONGEST_NAME = 200
LONGEST_TEXT = 2000
LONGEST_REASON = 500
ACCOUNT, USER = FIELDS.split(",").index("Account"), FIELDS.split(",").index("User")
_STATE, _END = FIELDS.split(",").index("State"), FIELDS.split(",").index("End")
_ARRAY_TASK = re.compile(r"([0-9]+)_([0-9]+)")
_NEVER = frozenset({"", "Unknown", "None", "NONE"})
_NO_NODES = frozenset({"None assigned", "None", "(null)"})
_NOT_STARTED = frozenset({"PENDING", "REQUEUE_HOLD", "SPECIAL_EXIT"})


def whole_rows(lines: Iterable[bytes], delimiter: str) -> Iterator[list[str]]:
    """Rows of fields; a line without the delimiter continues the last field of the row before.

    What is no text, or NUL, which PostgreSQL cannot store, is replaced. Of a field that goes on
    for ever no more is kept than anybody could use.
    """
    row: list[str] = []
    for line in lines:
        text = line.decode("utf-8", errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        cells = text.split(delimiter)
        if len(cells) == 1 and row:
            if len(row[-1]) < LONGEST_TEXT:
                row[-1] += "\n" + text
            continue
        if row:
            yield row
        row = cells
    if row:
        yield row


def is_waiting(cells: Sequence[str]) -> bool:
    """Whether a whole row is of a run that has used nothing yet."""
    return cells[_STATE] in _NOT_STARTED and cells[_END] in _NEVER


def job_columns(cells: Sequence[str]) -> JobColumns:
    """Runs, of the cells of whole rows that are not waiting, one row after the other.

    Raises ValueError if one of them cannot be read. All is done by columns: in thousands of small
    lists, and two readings at once, Python would search for cycles again and again.
    """
    told = tuple(cells)
    index, job_id, shown_id, account, submit, eligible, start, end, suspended, word, *rest = (
        told[place::FIELD_COUNT] for place in range(FIELD_COUNT)
    )
    exit_code, alloc_tres, node_list, user, partition, qos, name = rest
    if not _NEVER.isdisjoint(submit):
        raise ValueError("a row without the time of submission")
    tasks = tuple(chain.from_iterable(map(_array_task, shown_id)))
    amounts = tuple(chain.from_iterable(map(_amounts, alloc_tres)))
    return JobColumns(
        db_index=tuple(map(_signed, index)),
        job_id=tuple(map(int, job_id)),
        array_job_id=tasks[0::2],
        array_task_id=tasks[1::2],
        account=account,
        username=user,
        partition=partition,
        qos=qos,
        state=tuple(map(_state, word)),
        submitted_at=tuple(map(int, submit)),
        eligible_at=_epochs(eligible),
        started_at=_epochs(start),
        ended_at=_epochs(end),
        suspended_seconds=tuple(map(_seconds, suspended)),
        gpus=amounts[0::3],
        cpus=amounts[1::3],
        nodes=amounts[2::3],
        nodes_used=tuple("" if text in _NO_NODES else text for text in node_list),
        exit_code=exit_code,
        name=tuple(text[:LONGEST_NAME] for text in name),
    )


def run_of(cells: Sequence[str]) -> JobColumns:
    """One run, of a row that is not waiting; raises ValueError if it cannot be read."""
    if len(cells) != FIELD_COUNT:
        raise ValueError(f"a row of {len(cells)} fields instead of {FIELD_COUNT}")
    return job_columns(cells)


def job_row(cells: Sequence[str]) -> JobRow | None:
    """One run; None for one that is still waiting and has used nothing."""
    if len(cells) == FIELD_COUNT and is_waiting(cells):
        return None
    return run_of(cells).row(0)


def unread_row(cells: Sequence[str], error: ValueError) -> UnreadRow:
    """What is certain of a row that cannot be read; of one that is not whole, its numbers only."""
    is_whole = len(cells) == FIELD_COUNT
    shown = " | ".join(cells) if is_whole else " | ".join(cells[:2])
    index = _number(cells[0], 2**64)
    return UnreadRow(
        db_index=None if index is None else _signed(cells[0]),
        job_id=_number(cells[1], 2**32) if len(cells) > 1 else None,
        account=cells[ACCOUNT][:LONGEST_NAME] if is_whole else "",
        reason=_reason(error)[:LONGEST_REASON],
        text=shown[:LONGEST_TEXT],
    )


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{first['loc'][0]}: {first['msg']}"
    return str(error).replace("\n", " ") or "it cannot be read"


def _number(cell: str, beyond: int) -> int | None:
    is_number = cell.isascii() and cell.isdigit() and len(cell) <= len(str(beyond))
    return int(cell) if is_number and int(cell) < beyond else None


def _signed(cell: str) -> int:
    """The same 64 bits with a sign, as PostgreSQL keeps them: newer Slurms use all 64."""
    key = int(cell)
    return key - 2**64 if 2**63 <= key < 2**64 else key


def _array_task(shown: str) -> tuple[int | None, int | None]:
    found = _ARRAY_TASK.fullmatch(shown) if "_" in shown else None
    return (int(found[1]), int(found[2])) if found else (None, None)


def _epochs(cells: Sequence[str]) -> tuple[int | None, ...]:
    return tuple(None if cell in _NEVER else int(cell) for cell in cells)


# Few words fill the columns of millions of rows.
@lru_cache(maxsize=4096)
def _state(cell: str) -> str:
    return cell.split(" ", 1)[0]


@lru_cache(maxsize=4096)
def _amounts(cell: str) -> tuple[int, int, int]:
    """GPUs, CPUs and nodes; most jobs hold what many others do."""
    tres = parse_tres(cell)
    return tres.get("gres/gpu", 0), tres.get("cpu", 0), tres.get("node", 0)


@lru_cache(maxsize=4096)
def _seconds(cell: str) -> int:
    return parse_duration(cell) if cell else 0
