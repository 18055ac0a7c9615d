"""Runs as columns, for whoever works on many at once."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import Any

from allocations.actions.job_months import month_of
from allocations.actions.moments import moment
from slurm_bridge.wire_accounting import COLUMNS, JobBatch, JobColumns

_SECONDS_A_DAY = 86_400
_values = attrgetter(*COLUMNS)


def runs_of(batch: JobBatch) -> JobColumns:
    """All runs of a batch, in whichever form they were told."""
    told = [getattr(batch.columns, name) if batch.columns else () for name in COLUMNS]
    rows: list[Sequence[Any]] = list(zip(*map(_values, batch.rows), strict=True))
    if rows:
        told = [(*column, *more) for column, more in zip(told, rows, strict=True)]
    return _columns(told)


def each_once(runs: JobColumns) -> JobColumns:
    """Of a run that was told twice the row by which it ended last."""
    if len(set(runs.db_index)) == len(runs):
        return runs
    keys = list(zip(runs.db_index, runs.submitted_at, strict=True))
    in_order = sorted(range(len(keys)), key=lambda place: runs.ended_at[place] or 0)
    kept = set({keys[place]: place for place in in_order}.values())
    return runs.where([place in kept for place in range(len(keys))])


def months_of(runs: JobColumns) -> set[date]:
    """The months in which they were submitted."""
    days = {at // _SECONDS_A_DAY for at in runs.submitted_at}
    return {month_of(moment(day * _SECONDS_A_DAY)) for day in days}


def _columns(columns: Sequence[Sequence[Any]]) -> JobColumns:
    """Without a look at values that have been looked at."""
    named: dict[str, Any] = dict(zip(COLUMNS, columns, strict=True))
    return JobColumns.model_construct(**named)
