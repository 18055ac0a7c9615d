"""The statements that bring a batch into the table of jobs, from COPY to what has changed."""

import io
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection
from psycopg2.errors import UniqueViolation

from allocations.actions.copy_text import Column, copy_text
from allocations.actions.rollups import COUNTED_OF_JOBS, count_changes
from allocations.actions.run_columns import each_once
from allocations.models import Site
from slurm_bridge.wire_accounting import COLUMNS, JobColumns

# What a job keeps of it, and what is added here.
_TOLD = tuple(name for name in COLUMNS if name != "account")
_STORED = (*_TOLD, "project_id", "read_at", "counted_until", "gpu_seconds")
_KEY = ("db_index", "submitted_at")

# A bridge waits 30 s for an answer and sends its batch again: what still ran for the one before
# would hold that up.
STATEMENT_MILLISECONDS = 30_000

# Whole seconds, by which runs are counted, under the names that `rollups` knows.
_SECONDS = {
    "submitted_at": "submitted",
    "eligible_at": "eligible",
    "started_at": "started",
    "ended_at": "ended",
    "counted_until": "counted",
}
_COPIED = (*(_SECONDS.get(name, name) for name in _TOLD), "project_id", "counted")

_FRESH = """
    CREATE TEMPORARY TABLE fresh_job (
        db_index bigint, job_id bigint, array_job_id bigint, array_task_id bigint,
        project_id bigint, username text, partition text, qos text, state text, name text,
        submitted bigint, eligible bigint, started bigint, ended bigint, counted bigint,
        suspended_seconds bigint, gpus bigint, cpus bigint, nodes bigint, nodes_used text,
        exit_code text
    ) ON COMMIT DROP
"""

# Jobs have no foreign keys: none of these can leave before they have their jobs.
_HOLD_OWNERS = """
    SELECT allocation.account_name, project.id
    FROM allocations_allocation allocation
    JOIN allocations_site site ON site.id = allocation.site_id
    JOIN allocations_project project ON project.id = allocation.project_id
    WHERE site.id = %(site)s AND allocation.released_at IS NULL
      AND allocation.account_name = ANY(%(accounts)s)
    ORDER BY project.id FOR KEY SHARE OF site, project
"""

# The bounds of time spare PostgreSQL the months in which none of these runs can be; the limit has
# it look each run up, where it would go through all jobs for each of a month that it has no
# statistics of yet.
_KNOWN = f"""
    CREATE TEMPORARY TABLE known_job ON COMMIT DROP AS
    SELECT known.*
    FROM fresh_job fresh CROSS JOIN LATERAL (
        SELECT db_index, read_at, {COUNTED_OF_JOBS} FROM allocations_job job
        WHERE job.site_id = %(site)s AND job.db_index = fresh.db_index
          AND job.submitted_at = to_timestamp(fresh.submitted)
          AND job.submitted_at BETWEEN %(oldest)s AND %(newest)s
        LIMIT 1
    ) known
    WHERE %(may_be_known)s
"""

# The newer reading of a run wins, so that repeats and late deliveries change nothing.
_FORGET_OLDER_READINGS = """
    WITH newer AS (
        DELETE FROM known_job WHERE read_at > %(read_at)s RETURNING db_index, submitted
    )
    DELETE FROM fresh_job fresh USING newer
    WHERE fresh.db_index = newer.db_index AND fresh.submitted = newer.submitted
"""

# What could not be read once, and now could.
_NOT_ASIDE = """
    DELETE FROM allocations_setasiderow
    WHERE site_id = %(site)s AND db_index IN (SELECT db_index FROM fresh_job)
"""

_VALUES = (
    {name: f"fresh.{name}" for name in _STORED}
    | {name: f"to_timestamp(fresh.{seconds})" for name, seconds in _SECONDS.items()}
    | {
        "read_at": "%(read_at)s",
        "gpu_seconds": "COALESCE((fresh.counted - fresh.started) * fresh.gpus, 0)",
    }
)
_INSERT = f"""
    INSERT INTO allocations_job (site_id, {", ".join(_STORED)})
    SELECT %(site)s, {", ".join(_VALUES[name] for name in _STORED)} FROM fresh_job fresh
    ORDER BY fresh.db_index, fresh.submitted
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
    """Until the transaction ends, write jobs of a site: alone, or beside others that write news.

    From here on no statement of the transaction takes longer than whoever sends jobs waits.
    """
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_MILLISECONDS:d}")
        cursor.execute(f"SELECT {lock}(hashtext(%s), %s)", ["jobs of a site", site.pk])


def hold_owners(site: Site, accounts: Collection[str]) -> dict[str, int]:
    """The projects of the accounts that the site has; until the transaction ends none leaves."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_OWNERS, {"site": site.pk, "accounts": list(accounts)})
        return dict(cursor.fetchall())


class WrittenRuns:
    """Runs of known accounts, on their way from a batch to what is counted of them.

    The caller holds the site's jobs and their owners, has given each month its table, and has the
    site's status before it counts.
    """

    def __init__(
        self, *, site_id: int, runs: JobColumns, projects: Mapping[str, int], read_at: datetime
    ) -> None:
        self._site_id = site_id
        self._runs = each_once(runs)
        self._projects = projects
        self._parameters: dict[str, Any] = {
            "site": site_id,
            "read_at": read_at,
            "oldest": datetime.fromtimestamp(min(runs.submitted_at), read_at.tzinfo),
            "newest": datetime.fromtimestamp(max(runs.submitted_at), read_at.tzinfo),
        }
        self.stored = 0
        """How many of them were not known better."""

    def write(self, *, all_are_news: bool) -> None:
        """Bring the runs into the table of jobs; raises KnownRunError where one is no news."""
        with connection.cursor() as cursor:
            # These are statements of milliseconds; to compile one would take a hundred times that.
            cursor.execute("SET LOCAL jit = off")
            cursor.execute(_FRESH)
            cursor.copy_expert(
                f"COPY fresh_job ({', '.join(_COPIED)}) FROM STDIN",
                io.StringIO(copy_text(self._columns())),
            )
            cursor.execute(_KNOWN, self._parameters | {"may_be_known": not all_are_news})
            has_known = cursor.rowcount > 0
            self.stored = len(self._runs)
            if has_known:
                cursor.execute(_FORGET_OLDER_READINGS, self._parameters)
                self.stored -= cursor.rowcount
            cursor.execute("ANALYZE fresh_job (project_id), known_job (project_id)")
            try:
                cursor.execute(_UPSERT if has_known else _INSERT, self._parameters)
            except IntegrityError as error:
                if all_are_news and isinstance(error.__cause__, UniqueViolation):
                    raise KnownRunError from error
                raise

    def _columns(self) -> Iterator[Column]:
        """As they are copied; a run that has not ended counts up to the time of reading."""
        runs, read = self._runs, int(self._parameters["read_at"].timestamp())
        yield from (getattr(runs, name) for name in _TOLD)
        yield [self._projects[account] for account in runs.account]
        yield [
            None if started is None else read if ended is None else ended
            for started, ended in zip(runs.started_at, runs.ended_at, strict=True)
        ]

    def count(self) -> None:
        """Bring what is counted of the site up to these runs."""
        with connection.cursor() as cursor:
            cursor.execute(_NOT_ASIDE, self._parameters)
            count_changes(cursor, site_id=self._site_id)
            cursor.execute("DROP TABLE fresh_job, known_job")
