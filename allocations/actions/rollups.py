"""Keeps what is counted of jobs by day: usage, outcomes and waits, in the jobs' own transaction.

A change of a run is what it counts now minus what it counted before, so only the days that it
touches are written, and a run that is told again changes nothing. The days of a job are those of
UTC. What it uses on a day is the length of its run inside that day times what it held, as Slurm's
own rollup counts it: a suspended job keeps its GPUs and is charged for them, and gives its CPUs
back.
"""

from datetime import date
from typing import Any, Protocol

from allocations.rules.waits import WAIT_BOUNDS

# What is counted of a run. The table `changed_run` has these columns and `sign`: 1 for a run as
# it is now, -1 for one as it was known before.
COUNTED_COLUMNS = (
    "project_id, username, state, submitted_at, eligible_at, started_at, ended_at, counted_until,"
    " suspended_seconds, gpus, cpus"
)

# A suspended second counts for GPUs and not for CPUs. Where in the run it lay is not in the
# accounting row, so it is spread evenly; rounding the running total keeps the sum of days exact.
_USAGE = """
    MERGE INTO allocations_dailyusage counted
    USING (
        SELECT project_id, username, day, SUM(gpu_seconds) AS gpu_seconds,
               SUM(cpu_seconds) AS cpu_seconds, SUM(sign) AS jobs
        FROM (
            SELECT project_id, username, sign, day::date AS day,
                   sign * gpus * (until - since)::bigint AS gpu_seconds,
                   sign * cpus * (
                       round(until * ran / length)::bigint - round(since * ran / length)::bigint
                   ) AS cpu_seconds
            FROM changed_run run
            CROSS JOIN LATERAL generate_series(
                date_trunc('day', run.started_at AT TIME ZONE 'UTC'),
                run.counted_until AT TIME ZONE 'UTC' - interval '1 microsecond',
                interval '1 day'
            ) AS day
            CROSS JOIN LATERAL (
                SELECT EXTRACT(EPOCH FROM run.counted_until - run.started_at) AS length
            ) whole
            CROSS JOIN LATERAL (
                SELECT EXTRACT(EPOCH FROM GREATEST(
                           day AT TIME ZONE 'UTC', run.started_at
                       ) - run.started_at) AS since,
                       EXTRACT(EPOCH FROM LEAST(
                           (day + interval '1 day') AT TIME ZONE 'UTC', run.counted_until
                       ) - run.started_at) AS until,
                       GREATEST(whole.length - run.suspended_seconds, 0) AS ran
            ) part
            WHERE run.counted_until > run.started_at
              AND day::date = COALESCE(%(only_day)s::date, day::date)
        ) part_of_day
        GROUP BY project_id, username, day
        HAVING SUM(gpu_seconds) <> 0 OR SUM(cpu_seconds) <> 0 OR SUM(sign) <> 0
    ) change
    ON counted.site_id = %(site)s AND counted.project_id = change.project_id
       AND counted.username = change.username AND counted.day = change.day
    WHEN MATCHED AND counted.jobs + change.jobs = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET
        gpu_seconds = counted.gpu_seconds + change.gpu_seconds,
        cpu_seconds = counted.cpu_seconds + change.cpu_seconds,
        jobs = counted.jobs + change.jobs
    WHEN NOT MATCHED THEN
        INSERT (project_id, site_id, username, day, gpu_seconds, cpu_seconds, jobs)
        VALUES (change.project_id, %(site)s, change.username, change.day,
                change.gpu_seconds, change.cpu_seconds, change.jobs)
"""

_OUTCOMES = """
    MERGE INTO allocations_joboutcome counted
    USING (
        SELECT project_id, username, day, state, SUM(sign) AS jobs,
               SUM(sign * gpu_seconds) AS gpu_seconds
        FROM (
            SELECT sign, project_id, username, state, (ended_at AT TIME ZONE 'UTC')::date AS day,
                   gpus * GREATEST(EXTRACT(EPOCH FROM ended_at - started_at)::bigint, 0)
                       AS gpu_seconds
            FROM changed_run
            WHERE ended_at IS NOT NULL
        ) ended
        GROUP BY project_id, username, day, state
        HAVING SUM(sign) <> 0 OR SUM(sign * gpu_seconds) <> 0
    ) change
    ON counted.site_id = %(site)s AND counted.project_id = change.project_id
       AND counted.username = change.username AND counted.day = change.day
       AND counted.state = change.state
    WHEN MATCHED AND counted.jobs + change.jobs = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET
        jobs = counted.jobs + change.jobs, gpu_seconds = counted.gpu_seconds + change.gpu_seconds
    WHEN NOT MATCHED THEN
        INSERT (project_id, site_id, username, day, state, jobs, gpu_seconds)
        VALUES (change.project_id, %(site)s, change.username, change.day, change.state,
                change.jobs, change.gpu_seconds)
"""

WAIT_BUCKET = """
    width_bucket(
        EXTRACT(EPOCH FROM started_at - GREATEST(submitted_at, eligible_at))::float8,
        %(wait_bounds)s::float8[]
    )
"""

_WAITS = f"""
    MERGE INTO allocations_queuewait counted
    USING (
        SELECT project_id, day, bucket, SUM(sign) AS jobs
        FROM (
            SELECT sign, project_id, (started_at AT TIME ZONE 'UTC')::date AS day,
                   {WAIT_BUCKET} AS bucket
            FROM changed_run
            WHERE started_at IS NOT NULL
        ) started
        GROUP BY project_id, day, bucket
        HAVING SUM(sign) <> 0
    ) change
    ON counted.site_id = %(site)s AND counted.project_id = change.project_id
       AND counted.day = change.day AND counted.bucket = change.bucket
    WHEN MATCHED AND counted.jobs + change.jobs = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET jobs = counted.jobs + change.jobs
    WHEN NOT MATCHED THEN
        INSERT (project_id, site_id, day, bucket, jobs)
        VALUES (change.project_id, %(site)s, change.day, change.bucket, change.jobs)
"""


class Cursor(Protocol):
    """What runs SQL."""

    def execute(self, sql: str, params: dict[str, Any]) -> object:
        """Run one statement."""
        ...


def count_changes(cursor: Cursor, *, site_id: int) -> None:
    """Bring the days of a site up to the runs in the table `changed_run`."""
    count_use(cursor, site_id=site_id)
    parameters = {"site": site_id, "wait_bounds": list(WAIT_BOUNDS)}
    for statement in (_OUTCOMES, _WAITS):
        cursor.execute(statement, parameters)


def count_use(cursor: Cursor, *, site_id: int, only_day: date | None = None) -> None:
    """Of that the use alone, on one day or on all."""
    cursor.execute(_USAGE, {"site": site_id, "only_day": only_day})
