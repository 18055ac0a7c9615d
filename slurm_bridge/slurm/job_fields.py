"""What the fields of sacct's rows mean, read for many rows at once.

Job names come from users and can hold anything, so the fields of each row are counted, and the
name is the last column.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TypeVar

from pydantic import ValidationError

from slurm_bridge.slurm.text import parse_duration, parse_tres
from slurm_bridge.wire_accounting import JobColumns, UnreadRow

Read = TypeVar("Read")

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
_NEVER = frozenset({"", "Unknown", "None", "NONE"})
_NO_NODES = frozenset({"None assigned", "None", "(null)"})
_NOT_STARTED = frozenset({"PENDING", "REQUEUE_HOLD", "SPECIAL_EXIT"})


def row_blocks(
    lines: Iterable[bytes],
    delimiter: str,
    *,
    at_once: int,
    accounts: Collection[str] | None = None,
) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The cells of so many whole rows at once, row after row, and the rows that are not whole.

    Of whole rows only those that have used something, and of these accounts if any are named: of
    other rows nobody knows whose they are. A line without the delimiter continues the last field
    of the row before. What is no text, or NUL, which PostgreSQL cannot store, is replaced. Of a
    field that goes on for ever no more is kept than anybody could use.
    """
    whole: list[str] = []
    others: list[list[str]] = []
    last: list[str] = []
    most = at_once * FIELD_COUNT
    for line in lines:
        text = line.decode("utf-8", errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        cells = text.split(delimiter)
        if len(cells) == 1 and last:
            if len(last[-1]) < LONGEST_TEXT:
                last[-1] += "\n" + text
            continue
        # Only now is the row before at its end.
        if len(whole) >= most or len(others) >= at_once:
            yield whole, others
            whole, others = [], []
        last = cells
        if len(cells) != FIELD_COUNT:
            others.append(cells)
        elif not _is_waiting(cells) and (accounts is None or cells[ACCOUNT] in accounts):
            whole += cells
            last = whole
    if whole or others:
        yield whole, others


def _is_waiting(cells: Sequence[str]) -> bool:
    """Whether a whole row is of a run that has used nothing yet."""
    return cells[_STATE] in _NOT_STARTED and cells[_END] in _NEVER


def job_columns(cells: Sequence[str]) -> JobColumns:
    """Runs, of the cells of whole rows that are not waiting, one row after the other.

    Raises ValueError if one of them cannot be read. All is done by columns: in thousands of small
    lists, and two readings at once, Python would search for cycles again and again.
    """
    index, job_id, shown_id, account, submit, eligible, start, end, suspended, word, *rest = (
        cells[place::FIELD_COUNT] for place in range(FIELD_COUNT)
    )
    exit_code, alloc_tres, node_list, user, partition, qos, name = rest
    if not _NEVER.isdisjoint(submit):
        raise ValueError("a row without the time of submission")
    array_job_id, array_task_id = _array_tasks(shown_id)
    gpus, cpus, nodes = zip(*_each(alloc_tres, _amounts), strict=True)
    return JobColumns(
        db_index=_keys(index),
        job_id=tuple(map(int, job_id)),
        array_job_id=array_job_id,
        array_task_id=array_task_id,
        account=tuple(account),
        username=tuple(user),
        partition=tuple(partition),
        qos=tuple(qos),
        state=_each(word, _state),
        submitted_at=tuple(map(int, submit)),
        eligible_at=_epochs(eligible),
        started_at=_epochs(start),
        ended_at=_epochs(end),
        suspended_seconds=_each(suspended, _seconds),
        gpus=gpus,
        cpus=cpus,
        nodes=nodes,
        nodes_used=_each(node_list, _nodes),
        exit_code=tuple(exit_code),
        name=tuple(text[:LONGEST_NAME] for text in name),
    )


def run_of(cells: Sequence[str]) -> JobColumns:
    """One run, of a row that is not waiting; raises ValueError if it cannot be read."""
    if len(cells) != FIELD_COUNT:
        raise ValueError(f"a row of {len(cells)} fields instead of {FIELD_COUNT}")
    return job_columns(cells)


def unread_row(cells: Sequence[str], error: ValueError) -> UnreadRow:
    """What is certain of a row that cannot be read; of one that is not whole, its numbers only."""
    is_whole = len(cells) == FIELD_COUNT
    shown = " | ".join(cells) if is_whole else " | ".join(cells[:2])
    index = _number(cells[0], 2**64)
    return UnreadRow(
        db_index=None if index is None else _keys(cells[:1])[0],
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


def _keys(cells: Sequence[str]) -> tuple[int, ...]:
    """The same 64 bits with a sign, as PostgreSQL keeps them: newer Slurms use all 64."""
    keys = tuple(map(int, cells))
    if max(keys) < 2**63:
        return keys
    return tuple(key - 2**64 if 2**63 <= key < 2**64 else key for key in keys)


def _array_tasks(
    cells: Sequence[str],
) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
    """Of each `8_3` the array's number and the task's; a row of its own has neither."""
    array_job_id: list[int | None] = []
    array_task_id: list[int | None] = []
    for cell in cells:
        job, _, task = cell.partition("_")
        is_task = task.isdecimal() and job.isdecimal()
        array_job_id.append(int(job) if is_task else None)
        array_task_id.append(int(task) if is_task else None)
    return tuple(array_job_id), tuple(array_task_id)


def _epochs(cells: Sequence[str]) -> tuple[int | None, ...]:
    try:
        return tuple(map(int, cells))
    except ValueError:
        return tuple(None if cell in _NEVER else int(cell) for cell in cells)


def _each(cells: Sequence[str], read: Callable[[str], Read]) -> tuple[Read, ...]:
    """What each cell means; each word is read once, since few fill the cells of many rows."""
    known = {cell: read(cell) for cell in set(cells)}
    return tuple(map(known.__getitem__, cells))


def _state(cell: str) -> str:
    return cell.split(" ", 1)[0]


def _amounts(cell: str) -> tuple[int, int, int]:
    """GPUs, CPUs and nodes."""
    tres = parse_tres(cell)
    return tres.get("gres/gpu", 0), tres.get("cpu", 0), tres.get("node", 0)


def _nodes(cell: str) -> str:
    return "" if cell in _NO_NODES else cell


def _seconds(cell: str) -> int:
    return parse_duration(cell) if cell else 0
