"""Finished and running jobs, as slurmdbd has recorded them.

The delimiter between fields is fresh and random for each call, since users can write anything
into the names of their jobs. A row that cannot be read is handed on as such, with the reason, and
holds up no other.
"""

import logging
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice, starmap
from typing import Any

from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.job_fields import (
    FIELD_COUNT,
    FIELDS,
    job_columns,
    row_blocks,
    run_of,
    unread_row,
)
from slurm_bridge.wire_accounting import COLUMNS, JobColumns, JobRow, UnreadRow

log = logging.getLogger(__name__)

# A history of so many accounts need not be picked out of everybody's.
FEW = 200
PORTION_ROWS = 5000
# The cells of so many rows are in memory until they are columns, which take a quarter; no more than
# a processor keeps close.
BLOCK_ROWS = 500


@dataclass(frozen=True)
class Portion:
    """A part of what Slurm answered: runs, and what could not be understood."""

    runs: JobColumns | None
    unread: tuple[UnreadRow, ...] = ()

    def __len__(self) -> int:
        return len(self.unread) + (len(self.runs) if self.runs else 0)

    def rows(self) -> Iterator[JobRow | UnreadRow]:
        """Each by itself."""
        if self.runs:
            yield from map(self.runs.row, range(len(self.runs)))
        yield from self.unread


@dataclass
class JobReader:
    """Reads one cluster's jobs; `invalid_rows` counts what could not be understood."""

    commands: Commands
    cluster: str
    timeout_seconds: float = 900
    invalid_rows: int = 0

    def portions_between(
        self,
        since: int,
        until: int | None,
        accounts: Collection[str],
        *,
        at_once: int = PORTION_ROWS,
    ) -> Iterator[Portion]:
        """Every run in these accounts that was alive in a span, so many at once, running too."""
        is_history = since == 0 and len(accounts) <= FEW
        named = [f"--accounts={','.join(sorted(accounts))}"] if is_history else []
        end = "now" if until is None else _sacct_time(until)
        window = [f"--starttime={_sacct_time(since)}", f"--endtime={end}", *named]
        return self._portions(window, accounts, at_once)

    def portions_numbered(
        self, job_ids: Collection[int], accounts: Collection[str], *, at_once: int = PORTION_ROWS
    ) -> Iterator[Portion]:
        """Every run in these accounts of jobs with these numbers, whenever it was."""
        numbers = ",".join(str(job_id) for job_id in sorted(job_ids))
        window = [f"--jobs={numbers}", f"--starttime={_sacct_time(0)}"]
        return self._portions(window, accounts, at_once)

    def jobs_numbered(
        self, job_ids: Collection[int], accounts: Collection[str]
    ) -> Iterator[JobRow | UnreadRow]:
        """The same one by one."""
        for portion in self.portions_numbered(job_ids, accounts):
            yield from portion.rows()

    def _portions(
        self, wanted: list[str], accounts: Collection[str], at_once: int
    ) -> Iterator[Portion]:
        delimiter = secrets.token_hex(8)
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
        blocks = row_blocks(
            lines, delimiter, at_once=min(at_once, BLOCK_ROWS), accounts=frozenset(accounts)
        )
        parts = starmap(self._portion, blocks)
        many = max(1, at_once // BLOCK_ROWS)
        # By `map`, which keeps nothing of what it has given away: this is much of the memory.
        yield from map(_joined, iter(lambda: list(islice(parts, many)), []))

    def _portion(self, whole: list[str], others: list[list[str]]) -> Portion:
        """The whole rows all together, as is nearly always possible; else each by itself."""
        unread = [row for cells in others for row in self._unread(cells)]
        try:
            runs = job_columns(whole) if whole else None
        except ValueError:
            good: list[str] = []
            for start in range(0, len(whole), FIELD_COUNT):
                row = whole[start : start + FIELD_COUNT]
                why = self._unread(row)
                unread += why
                good += [] if why else row
            runs = job_columns(good) if good else None
        return Portion(runs, tuple(unread))

    def _unread(self, cells: list[str]) -> list[UnreadRow]:
        """One row by itself, with the reason, if it cannot be read."""
        try:
            run_of(cells)
        except ValueError as error:
            self.invalid_rows += 1
            unread = unread_row(cells, error)
            log.warning("sacct gave a job that cannot be understood: %s", unread.reason)
            return [unread]
        return []


def _joined(parts: Sequence[Portion]) -> Portion:
    """Several portions as one."""
    told = [part.runs for part in parts if part.runs is not None]
    columns: dict[str, Any] = {
        name: tuple(chain.from_iterable(getattr(runs, name) for runs in told)) for name in COLUMNS
    }
    unread = tuple(chain.from_iterable(part.unread for part in parts))
    return Portion(JobColumns.model_construct(**columns) if told else None, unread)


def _sacct_time(epoch: int) -> str:
    """Slurm knows no time before 1970; the commands run in UTC."""
    return datetime.fromtimestamp(max(epoch, 1), UTC).strftime("%Y-%m-%dT%H:%M:%S")
