"""The statements that bring a batch into the table of jobs, from COPY to what has changed."""

import io
import re
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection

from allocations.actions.rollups import COUNTED_COLUMNS, count_changes
from slurm_bridge.wire_accounting import JobRow

_COLUMNS = (
    "db_index",
    "job_id",
    "array_job_id",
    "array_task_id",
    "account",
    "username",
    "partition",
    "qos",
    "state",
    "name",
    "submitted_at",
    "eligible_at",
    "started_at",
    "ended_at",
    "suspended_seconds",
    "gpus",
    "cpus",
    "nodes",
    "nodes_used",
    "exit_code",
)
# What a job keeps of it, and what is added here.
_STORED = (
    *(name for name in _COLUMNS if name != "account"),
    "project_id",
    "read_at",
    "counted_until",
)
_KEY = ("db_index", "submitted_at")

_STAGE = """
    CREATE TEMPORARY TABLE staged_job (
        db_index bigint, job_id bigint, array_job_id bigint, array_task_id bigint,
        account text, username text, partition text, qos text, state text, name text,
        submitted_at bigint, eligible_at bigint, started_at bigint, ended_at bigint,
        suspended_seconds bigint, gpus bigint, cpus bigint, nodes bigint, nodes_used text,
        exit_code text
    ) ON COMMIT DROP
"""

# The newer reading of a run wins, so that repeats and late deliveries change nothing. The bounds
# of time spare PostgreSQL the months in which none of these runs can be.
_FRESH = """
    CREATE TEMPORARY TABLE fresh_job ON COMMIT DROP AS
    SELECT DISTINCT ON (staged.db_index, staged.submitted_at)
           staged.db_index, staged.job_id, staged.array_job_id, staged.array_task_id,
           allocation.project_id, staged.username, staged.partition, staged.qos, staged.state,
           staged.name, to_timestamp(staged.submitted_at) AS submitted_at,
           to_timestamp(staged.eligible_at) AS eligible_at,
           to_timestamp(staged.started_at) AS started_at,
           to_timestamp(staged.ended_at) AS ended_at,
           %(read_at)s::timestamptz AS read_at,
           CASE WHEN staged.started_at IS NOT NULL
                THEN COALESCE(to_timestamp(staged.ended_at), %(read_at)s) END AS counted_until,
           staged.suspended_seconds, staged.gpus, staged.cpus, staged.nodes, staged.nodes_used,
           staged.exit_code
    FROM staged_job staged
    JOIN allocations_allocation allocation
      ON allocation.account_name = staged.account AND allocation.site_id = %(site)s
     AND allocation.released_at IS NULL
    LEFT JOIN allocations_job known
      ON known.site_id = %(site)s AND known.db_index = staged.db_index
     AND known.submitted_at = to_timestamp(staged.submitted_at)
     AND known.submitted_at BETWEEN %(oldest)s AND %(newest)s
    WHERE known.read_at IS NULL OR known.read_at <= %(read_at)s
    ORDER BY staged.db_index, staged.submitted_at, staged.ended_at DESC NULLS LAST
"""

_CHANGED = f"""
    CREATE TEMPORARY TABLE changed_run ON COMMIT DROP AS
    SELECT 1 AS sign, {COUNTED_COLUMNS} FROM fresh_job
    UNION ALL
    SELECT -1, {COUNTED_COLUMNS} FROM allocations_job
    WHERE site_id = %(site)s AND submitted_at BETWEEN %(oldest)s AND %(newest)s
      AND (db_index, submitted_at) IN (SELECT db_index, submitted_at FROM fresh_job)
"""

_UPSERT = f"""
    INSERT INTO allocations_job (site_id, {", ".join(_STORED)})
    SELECT %(site)s, {", ".join(_STORED)} FROM fresh_job
    ON CONFLICT (site_id, db_index, submitted_at) DO UPDATE SET
        {", ".join(f"{name} = EXCLUDED.{name}" for name in _STORED if name not in _KEY)}
"""

# What could not be read once, and now could.
_NOT_ASIDE = """
    DELETE FROM allocations_setasiderow
    WHERE site_id = %(site)s AND db_index IN (SELECT db_index FROM fresh_job)
"""


def store_rows(*, site_id: int, rows: Iterable[JobRow], read_at: datetime) -> int:
    """Store runs of known accounts, and count what they change; returns how many are news or not.

    The caller holds the site, and has given each month its table.
    """
    rows = tuple(rows)
    if not rows:
        return 0
    times = [row.submitted_at for row in rows]
    parameters: dict[str, Any] = {
        "site": site_id,
        "read_at": read_at,
        "oldest": datetime.fromtimestamp(min(times), read_at.tzinfo),
        "newest": datetime.fromtimestamp(max(times), read_at.tzinfo),
    }
    with connection.cursor() as cursor:
        # These are statements of milliseconds; compiling one would take a hundred times as long.
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(_STAGE)
        cursor.copy_expert(
            f"COPY staged_job ({', '.join(_COLUMNS)}) FROM STDIN",
            _as_text(rows),
        )
        cursor.execute(_FRESH, parameters)
        stored = int(cursor.rowcount)
        cursor.execute(_CHANGED, parameters)
        cursor.execute("ANALYZE changed_run")
        cursor.execute(_UPSERT, parameters)
        count_changes(cursor, site_id=site_id)
        cursor.execute(_NOT_ASIDE, parameters)
        cursor.execute("DROP TABLE staged_job, fresh_job, changed_run")
    return stored


def _as_text(rows: Iterable[JobRow]) -> io.StringIO:
    """The rows as COPY reads them; this runs for every row of millions."""
    lines = ["\t".join(map(_field, _values(row))) for row in rows]
    lines.append("")
    return io.StringIO("\n".join(lines))


_values = attrgetter(*_COLUMNS)

# COPY's text format, in which whatever a user wrote as a job's name stays one field.
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_TO_ESCAPE = re.compile(r"[\\\t\n\r]")


def _field(value: int | str | None) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, int):
        return str(value)
    return _TO_ESCAPE.sub(_escaped, value) if _TO_ESCAPE.search(value) else value


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]
