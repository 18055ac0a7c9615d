"""The statements that bring a batch into the table of jobs, from COPY to what has changed."""

import io
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection
from psycopg2.errors import UniqueViolation

from allocations.actions.copy_text import copy_text
from allocations.actions.rollups import COUNTED_OF_JOBS, count_changes
from allocations.models import Site
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
_KNOWN_BEFORE = """
    LEFT JOIN LATERAL (
        SELECT read_at FROM allocations_job job
        WHERE job.site_id = %(site)s AND job.db_index = staged.db_index
          AND job.submitted_at = to_timestamp(staged.submitted_at)
          AND job.submitted_at BETWEEN %(oldest)s AND %(newest)s
        LIMIT 1
    ) known ON true
    WHERE known.read_at IS NULL OR known.read_at <= %(read_at)s
"""
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
           staged.exit_code, {is_known} AS is_known
    FROM staged_job staged
    JOIN allocations_allocation allocation
      ON allocation.account_name = staged.account AND allocation.site_id = %(site)s
     AND allocation.released_at IS NULL
    {known}
    ORDER BY staged.db_index, staged.submitted_at, staged.ended_at DESC NULLS LAST
"""
_FRESH_OF_NEWS = _FRESH.format(is_known="false", known="")
_FRESH_OF_ALL = _FRESH.format(is_known="known.read_at IS NOT NULL", known=_KNOWN_BEFORE)

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
# Who has a site's jobs alone need not look for conflicts where no run is known; of runs that are
# written beside other batches, a conflict means that they are no news. All are written in the order
# of their key, so that no two batches can wait for each other.
_UPSERT = f"""{_INSERT}
    ON CONFLICT (site_id, db_index, submitted_at) DO UPDATE SET
        {", ".join(f"{name} = EXCLUDED.{name}" for name in _STORED if name not in _KEY)}
"""


class KnownRunError(Exception):
    """A run that was taken for news is known: nothing may be kept of this transaction."""


def hold_jobs(site: Site, *, alone: bool) -> None:
    """Until the transaction ends, write jobs of a site: alone, or beside others that write news."""
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtext(%s), %s)", ["jobs of a site", site.pk])


class WrittenRuns:
    """Runs of known accounts, on their way from a batch to what is counted of them.

    The caller holds the site's jobs, has given each month its table, and has the site's status
    before it counts.
    """

    def __init__(self, *, site_id: int, runs: JobColumns, read_at: datetime) -> None:
        self._site_id = site_id
        self._runs = runs
        self._parameters: dict[str, Any] = {
            "site": site_id,
            "read": int(read_at.timestamp()),
            "read_at": read_at,
            "oldest": datetime.fromtimestamp(min(runs.submitted_at), read_at.tzinfo),
            "newest": datetime.fromtimestamp(max(runs.submitted_at), read_at.tzinfo),
        }
        self.stored = 0
        """How many of them are news."""

    def write(self, *, all_are_news: bool) -> None:
        """Bring the runs into the table of jobs; raises KnownRunError where one is no news."""
        with connection.cursor() as cursor:
            # These are statements of milliseconds; to compile one would take a hundred times that.
            cursor.execute("SET LOCAL jit = off")
            cursor.execute(_STAGE)
            cursor.copy_expert(
                f"COPY staged_job ({', '.join(COLUMNS)}) FROM STDIN",
                io.StringIO(copy_text(getattr(self._runs, name) for name in COLUMNS)),
            )
            cursor.execute(_HOLD_OWNERS, self._parameters)
            cursor.execute(_FRESH_OF_NEWS if all_are_news else _FRESH_OF_ALL, self._parameters)
            self.stored = int(cursor.rowcount)
            cursor.execute(_KNOWN, self._parameters)
            has_known = cursor.rowcount > 0
            cursor.execute("ANALYZE fresh_job (project_id), known_job (project_id)")
            try:
                cursor.execute(_UPSERT if has_known else _INSERT, self._parameters)
            except IntegrityError as error:
                if all_are_news and isinstance(error.__cause__, UniqueViolation):
                    raise KnownRunError from error
                raise

    def count(self) -> None:
        """Bring what is counted of the site up to these runs."""
        with connection.cursor() as cursor:
            cursor.execute(_NOT_ASIDE, self._parameters)
            count_changes(cursor, site_id=self._site_id)
            cursor.execute("DROP TABLE staged_job, fresh_job, known_job")
