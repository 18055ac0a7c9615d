"""Writes a month of jobs to a Parquet file, and lets a month leave the database."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction

from accounts.audit import SystemActor, action
from allocations.actions.job_months import (
    TABLE,
    following,
    hold_months,
    kept_months,
    partition_of,
)
from allocations.errors import StateError
from allocations.models import DroppedMonth

ROWS_A_GROUP = 50_000

_TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        ("project", pa.string()),
        ("db_index", pa.int64()),
        ("job_id", pa.int64()),
        ("array_job_id", pa.int64()),
        ("array_task_id", pa.int64()),
        ("username", pa.string()),
        ("partition", pa.string()),
        ("qos", pa.string()),
        ("state", pa.string()),
        ("name", pa.string()),
        ("submitted_at", _TIME),
        ("eligible_at", _TIME),
        ("started_at", _TIME),
        ("ended_at", _TIME),
        ("read_at", _TIME),
        ("counted_until", _TIME),
        ("suspended_seconds", pa.int64()),
        ("gpus", pa.int64()),
        ("cpus", pa.int64()),
        ("nodes", pa.int64()),
        ("nodes_used", pa.string()),
        ("exit_code", pa.string()),
    ]
)
_OF_OTHERS = {"site": "site.code", "project": "project.name"}


def file_of(folder: Path, month: date) -> Path:
    """Where a month's file lies."""
    return folder / f"jobs-{month:%Y-%m}.parquet"


def export_month(month: date, folder: Path) -> int:
    """Write a month's jobs; the file appears when it is whole and read back. Returns how many."""
    _require_table(month)
    with transaction.atomic():
        return _written(month, folder)


@action
def drop_month(*, month: date, actor: SystemActor, export_to: Path | None = None) -> int:
    """Let a month's jobs leave, written to a file first where one is asked for.

    What was counted of them stays, and no late row changes it. Refused while a job of the month
    has not ended, or the month itself has not.
    """
    hold_months(to_drop=True)
    _require_table(month)
    table = partition_of(month)
    with connection.cursor() as cursor:
        # Nothing may be added between the writing and the dropping, by whatever way.
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT (now() AT TIME ZONE 'UTC')::date")
        if cursor.fetchone()[0] < following(month):
            raise StateError(f"{month:%Y-%m} has not ended.")
        cursor.execute(f"SELECT COUNT(*), COUNT(*) - COUNT(ended_at) FROM {table}")
        jobs, unfinished = cursor.fetchone()
        if unfinished:
            raise StateError(f"{unfinished} jobs of {month:%Y-%m} have not ended.")
        if export_to is not None:
            _written(month, export_to)
        cursor.execute(_KEEP_SUMS.format(table=table))
        DroppedMonth.objects.create(month=month, jobs=jobs)
        cursor.execute(_LET_GPUS_LEAVE, {"since": month, "until": following(month)})
        # Foreign keys have checks that wait for the end of the transaction.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {TABLE} DETACH PARTITION {table}")
        cursor.execute(f"DROP TABLE {table}")
    return int(jobs)


_KEEP_SUMS = """
    INSERT INTO allocations_droppedqosusage AS kept (project_id, site_id, qos, gpu_seconds)
    SELECT project_id, site_id, qos, SUM(gpu_seconds)
    FROM {table}
    WHERE started_at IS NOT NULL
    GROUP BY project_id, site_id, qos
    ON CONFLICT (project_id, site_id, qos) DO UPDATE SET
        gpu_seconds = kept.gpu_seconds + EXCLUDED.gpu_seconds
"""

# What was counted of their days stays, too.
_LET_GPUS_LEAVE = """
    DELETE FROM allocations_jobgpu
    WHERE submitted_at >= %(since)s::timestamp AT TIME ZONE 'UTC'
      AND submitted_at < %(until)s::timestamp AT TIME ZONE 'UTC';
    DELETE FROM allocations_idlerun idle USING allocations_gpurun run
    WHERE run.id = idle.run_id
      AND run.submitted_at >= %(since)s::timestamp AT TIME ZONE 'UTC'
      AND run.submitted_at < %(until)s::timestamp AT TIME ZONE 'UTC';
    DELETE FROM allocations_gpurun
    WHERE submitted_at >= %(since)s::timestamp AT TIME ZONE 'UTC'
      AND submitted_at < %(until)s::timestamp AT TIME ZONE 'UTC'
"""


def _require_table(month: date) -> None:
    if month not in kept_months():
        raise StateError(f"There are no jobs of {month:%Y-%m} here.")


def _written(month: date, folder: Path) -> int:
    target = file_of(folder, month)
    part = target.with_suffix(".part")
    written = 0
    try:
        with pq.ParquetWriter(part, SCHEMA, compression="zstd") as writer:
            for batch in _batches(month):
                writer.write_batch(batch)
                written += batch.num_rows
        found = pq.ParquetFile(part).metadata.num_rows
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {partition_of(month)}")
            there = cursor.fetchone()[0]
        if not written == found == there:
            raise StateError(f"{there} jobs are there, and {found} in the file.")
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.replace(target)
        _settle(folder)
    finally:
        part.unlink(missing_ok=True)
    return written


def _settle(folder: Path) -> None:
    """Make the file's name outlast a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _batches(month: date) -> Iterator[pa.RecordBatch]:
    """The month's jobs by a cursor of the server, so that few are in memory at a time."""
    columns = ", ".join(_OF_OTHERS.get(name, f"job.{name}") for name in SCHEMA.names)
    query = (
        f"SELECT {columns} FROM {partition_of(month)} job"
        " JOIN allocations_site site ON site.id = job.site_id"
        " JOIN allocations_project project ON project.id = job.project_id"
        " ORDER BY job.submitted_at, job.site_id, job.db_index"
    )
    connection.ensure_connection()
    with connection.connection.cursor(name="month_export") as cursor:
        cursor.itersize = ROWS_A_GROUP
        cursor.execute(query)
        while rows := cursor.fetchmany(ROWS_A_GROUP):
            yield _batch(rows)


def _batch(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)
