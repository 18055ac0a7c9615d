"""Runs as the bridge reads and sends them, many at once, and one by one again."""

from collections.abc import Iterable, Iterator

from slurm_bridge.slurm.accounting import Portion
from slurm_bridge.wire_accounting import COLUMNS, JobBatch, JobColumns, JobRow, UnreadRow


def columns_of(rows: Iterable[JobRow]) -> JobColumns:
    """The same runs, column by column."""
    rows = list(rows)
    return JobColumns(**{name: [getattr(row, name) for row in rows] for name in COLUMNS})


def rows_of(portions: Iterable[Portion]) -> Iterator[JobRow | UnreadRow]:
    """Everything that was read."""
    for portion in portions:
        yield from portion.rows()


def rows_in(batch: JobBatch) -> list[JobRow]:
    """Every run of a batch, in whichever form it is told."""
    columns = batch.columns
    more = [columns.row(number) for number in range(len(columns))] if columns else []
    return [*batch.rows, *more]
