"""The statements that bring a batch into the table of jobs, from COPY to what has changed."""

import io
from datetime import datetime
from typing import Any

from django.db import connection

from allocations.actions.copy_text import copy_text
from allocations.actions.rollups import COUNTED_OF_JOBS, count_changes
from slurm_bridge.wire_accounting import COLUMNS, JobColumns

# What a job keeps of it, and what is added here.
_STORED = (
    *(name for name in COLUMNS if name != "account"),
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

# Jobs have no foreign keys: none of these can leave before they have their jobs.
_HOLD_OWNERS = """
    SELECT FROM allocations_site WHERE id = %(site)s FOR KEY SHARE;
    SELECT FROM allocations_project WHERE id IN (
        SELECT project_id FROM allocations_allocation
        WHERE site_id = %(site)s AND released_at IS NULL
          AND account_name IN (SELECT account FROM staged_job)
    ) ORDER BY id FOR KEY SHARE
"""

# The newer reading of a run wins, so that repeats and late deliveries change nothing. The bounds
# of time spare PostgreSQL the months in which none of these runs can be; the limit has it look each
# run up, where it would go through all jobs for each of a month that it has no statistics of yet.
_FRESH = """
    CREATE TEMPORARY TABLE fresh_job ON COMMIT DROP AS
    SELECT DISTINCT ON (staged.db_index, staged.submitted_at)
           staged.db_index, staged.job_id, staged.array_job_id, staged.array_task_id,
           allocation.project_id, staged.username, staged.partition, staged.qos, staged.state,
           staged.name, staged.submitted_at AS submitted, staged.eligible_at AS eligible,
           staged.started_at AS started, staged.ended_at AS ended,
           CASE WHEN staged.started_at IS NOT NULL
                THEN COALESCE(staged.ended_at, %(read)s) END AS counted,
           staged.suspended_seconds, staged.gpus, staged.cpus, staged.nodes, staged.nodes_used,
           staged.exit_code, known.read_at IS NOT NULL AS is_known
    FROM staged_job staged
    JOIN allocations_allocation allocation
      ON allocation.account_name = staged.account AND allocation.site_id = %(site)s
     AND allocation.released_at IS NULL
    LEFT JOIN LATERAL (
        SELECT read_at FROM allocations_job job
        WHERE job.site_id = %(site)s AND job.db_index = staged.db_index
          AND job.submitted_at = to_timestamp(staged.submitted_at)
          AND job.submitted_at BETWEEN %(oldest)s AND %(newest)s
        LIMIT 1
    ) known ON true
    WHERE known.read_at IS NULL OR known.read_at <= %(read_at)s
    ORDER BY staged.db_index, staged.submitted_at, staged.ended_at DESC NULLS LAST
"""

# What could not be read once, and now could.
_NOT_ASIDE = """
    DELETE FROM allocations_setasiderow
    WHERE site_id = %(site)s AND db_index IN (SELECT db_index FROM fresh_job)
"""

_KNOWN = f"""
    CREATE TEMPORARY TABLE known_job ON COMMIT DROP AS
    SELECT known.*
    FROM fresh_job fresh CROSS JOIN LATERAL (
        SELECT {COUNTED_OF_JOBS} FROM allocations_job job
        WHERE job.site_id = %(site)s AND job.db_index = fresh.db_index
          AND job.submitted_at = to_timestamp(fresh.submitted)
          AND job.submitted_at BETWEEN %(oldest)s AND %(newest)s
        LIMIT 1
    ) known
    WHERE fresh.is_known
"""

_VALUES = {name: f"fresh.{name}" for name in _STORED} | {
    "submitted_at": "to_timestamp(fresh.submitted)",
    "eligible_at": "to_timestamp(fresh.eligible)",
    "started_at": "to_timestamp(fresh.started)",
    "ended_at": "to_timestamp(fresh.ended)",
    "counted_until": "to_timestamp(fresh.counted)",
    "read_at": "%(read_at)s",
}
_INSERT = f"""
    INSERT INTO allocations_job (site_id, {", ".join(_STORED)})
    SELECT %(site)s, {", ".join(_VALUES[name] for name in _STORED)} FROM fresh_job fresh
"""
# Nobody else writes jobs of a site that is held, so most batches need not look for conflicts.
_UPSERT = f"""{_INSERT}
    ON CONFLICT (site_id, db_index, submitted_at) DO UPDATE SET
        {", ".join(f"{name} = EXCLUDED.{name}" for name in _STORED if name not in _KEY)}
"""


def stage_runs(runs: JobColumns) -> None:
    """Bring runs into a table of this transaction, from which `store_runs` takes them.

    It touches nothing that anybody else has, so whoever holds a site can do it before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.copy_expert(
            f"COPY staged_job ({', '.join(COLUMNS)}) FROM STDIN",
            io.StringIO(copy_text(getattr(runs, name) for name in COLUMNS)),
        )


def store_runs(*, site_id: int, runs: JobColumns, read_at: datetime) -> int:
    """Store staged runs of known accounts, and count what they change; returns how many are news.

    The caller holds the site, and has given each month its table.
    """
    parameters: dict[str, Any] = {
        "site": site_id,
        "read": int(read_at.timestamp()),
        "read_at": read_at,
        "oldest": datetime.fromtimestamp(min(runs.submitted_at), read_at.tzinfo),
        "newest": datetime.fromtimestamp(max(runs.submitted_at), read_at.tzinfo),
    }
    with connection.cursor() as cursor:
        # These are statements of milliseconds; compiling one would take a hundred times as long.
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(_HOLD_OWNERS, parameters)
        cursor.execute(_FRESH, parameters)
        stored = int(cursor.rowcount)
        cursor.execute(_NOT_ASIDE, parameters)
        cursor.execute(_KNOWN, parameters)
        has_known = cursor.rowcount > 0
        cursor.execute("ANALYZE fresh_job (project_id), known_job (project_id)")
        cursor.execute(_UPSERT if has_known else _INSERT, parameters)
        count_changes(cursor, site_id=site_id)
        cursor.execute("DROP TABLE staged_job, fresh_job, known_job")
    return stored
