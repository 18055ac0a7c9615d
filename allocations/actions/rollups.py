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

# What is counted of a run, with times in epoch seconds: numbers are quick to reckon with. The table
# `fresh_job` has runs as they are now, `known_job` those of them that were known, as they were.
COUNTED_COLUMNS = (
    "project_id, username, state, submitted, eligible, started, ended, counted,"
    " suspended_seconds, gpus, cpus"
)
COUNTED_OF_JOBS = """
    project_id, username, state, EXTRACT(EPOCH FROM submitted_at)::bigint AS submitted,
    EXTRACT(EPOCH FROM eligible_at)::bigint AS eligible,
    EXTRACT(EPOCH FROM started_at)::bigint AS started,
    EXTRACT(EPOCH FROM ended_at)::bigint AS ended,
    EXTRACT(EPOCH FROM counted_until)::bigint AS counted, suspended_seconds, gpus, cpus
"""
_CHANGED = f"""(
    SELECT 1 AS sign, {COUNTED_COLUMNS} FROM fresh_job
    UNION ALL
    SELECT -1 AS sign, {COUNTED_COLUMNS} FROM known_job
) run"""

# A suspended second counts for GPUs and not for CPUs. Where in the run it lay is not in the
# accounting row, so it is spread evenly; rounding the running total keeps the sum of days exact.
_USAGE = f"""
    MERGE INTO allocations_dailyusage counted
    USING (
        SELECT project_id, username, date '1970-01-01' + day AS day,
               SUM(gpu_seconds) AS gpu_seconds, SUM(cpu_seconds) AS cpu_seconds, SUM(sign) AS jobs
        FROM (
            SELECT project_id, username, sign, day,
                   sign * gpus * (until - since) AS gpu_seconds,
                   sign * cpus * CASE WHEN suspended_seconds = 0 THEN until - since ELSE
                       round(until::numeric * ran / length)::bigint
                       - round(since::numeric * ran / length)::bigint
                   END AS cpu_seconds
            FROM (
                SELECT *, generate_series(
                    (started / 86400)::int, ((counted - 1) / 86400)::int
                ) AS day
                FROM {_CHANGED}
                WHERE counted > started
            ) run_of_day
            CROSS JOIN LATERAL (
                SELECT counted - started AS length,
                       GREATEST(day * 86400::bigint, started) - started AS since,
                       LEAST((day + 1) * 86400::bigint, counted) - started AS until,
                       GREATEST(counted - started - suspended_seconds, 0) AS ran
            ) part
            WHERE day = COALESCE(%(only_day)s::date - date '1970-01-01', day)
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

_OUTCOMES = f"""
    MERGE INTO allocations_joboutcome counted
    USING (
        SELECT project_id, username, day, state, SUM(sign) AS jobs,
               SUM(sign * gpu_seconds) AS gpu_seconds
        FROM (
            SELECT sign, project_id, username, state,
                   date '1970-01-01' + (ended / 86400)::int AS day,
                   gpus * GREATEST(ended - started, 0) AS gpu_seconds
            FROM {_CHANGED}
            WHERE ended IS NOT NULL
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
        (started - GREATEST(submitted, eligible))::float8,
        %(wait_bounds)s::float8[]
    )
"""

# All waits of a day are one row: its buckets that hold any job, and how many each of them holds.
_ADDED_UP = """(
    SELECT bucket, COALESCE(known.jobs, 0) + COALESCE(more.jobs, 0) AS jobs
    FROM (SELECT unnest(counted.buckets) AS bucket, unnest(counted.jobs) AS jobs) known
    FULL JOIN (SELECT unnest(change.buckets) AS bucket, unnest(change.jobs) AS jobs) more
        USING (bucket)
    ORDER BY bucket
) added_up WHERE jobs <> 0"""
_WAITS = f"""
    MERGE INTO allocations_queuewait counted
    USING (
        SELECT project_id, day, array_agg(bucket ORDER BY bucket) AS buckets,
               array_agg(jobs ORDER BY bucket) AS jobs, array_agg(-jobs ORDER BY bucket) AS taken
        FROM (
            SELECT project_id, day, bucket, SUM(sign) AS jobs
            FROM (
                SELECT sign, project_id, date '1970-01-01' + (started / 86400)::int AS day,
                       {WAIT_BUCKET}::smallint AS bucket
                FROM {_CHANGED}
                WHERE started IS NOT NULL
            ) started
            GROUP BY project_id, day, bucket
            HAVING SUM(sign) <> 0
        ) of_bucket
        GROUP BY project_id, day
    ) change
    ON counted.site_id = %(site)s AND counted.project_id = change.project_id
       AND counted.day = change.day
    WHEN MATCHED AND counted.buckets = change.buckets AND counted.jobs = change.taken THEN DELETE
    WHEN MATCHED THEN UPDATE SET
        buckets = (SELECT array_agg(bucket) FROM {_ADDED_UP}),
        jobs = (SELECT array_agg(jobs) FROM {_ADDED_UP})
    WHEN NOT MATCHED THEN
        INSERT (project_id, site_id, day, buckets, jobs)
        VALUES (change.project_id, %(site)s, change.day, change.buckets, change.jobs)
"""


class Cursor(Protocol):
    """What runs SQL."""

    def execute(self, sql: str, params: dict[str, Any]) -> object:
        """Run one statement."""
        ...


def count_changes(cursor: Cursor, *, site_id: int) -> None:
    """Bring the days of a site up to the runs in the tables `fresh_job` and `known_job`."""
    count_use(cursor, site_id=site_id)
    parameters = {"site": site_id, "wait_bounds": list(WAIT_BOUNDS)}
    for statement in (_OUTCOMES, _WAITS):
        cursor.execute(statement, parameters)


def count_use(cursor: Cursor, *, site_id: int, only_day: date | None = None) -> None:
    """Of that the use alone, on one day or on all."""
    cursor.execute(_USAGE, {"site": site_id, "only_day": only_day})
