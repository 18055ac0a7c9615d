"""Takes in jobs from a site's accounting: COPY, one upsert, and the days concerned anew.

The days of a job are those of UTC. What a job counts on a day is the length of its run inside that
day times what it held, as Slurm's own rollup counts it: a suspended job keeps its GPUs and is
charged for them, and gives its CPUs back.
"""

import io
from collections.abc import Iterable
from typing import Any

from django.db import connection

from accounts.audit import SystemActor, action
from allocations.actions.moments import moment
from allocations.models import Allocation, Site, SiteStatus
from slurm_bridge.wire_accounting import JobBatch, JobRow, Watermark

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
    "started_at",
    "ended_at",
    "suspended_seconds",
    "gpus",
    "cpus",
    "nodes",
    "exit_code",
)

_STAGE = """
    CREATE TEMPORARY TABLE staged_job (
        db_index bigint, job_id bigint, array_job_id bigint, array_task_id bigint,
        account text, username text, partition text, qos text, state text, name text,
        submitted_at bigint, started_at bigint, ended_at bigint, suspended_seconds bigint,
        gpus bigint, cpus bigint, nodes bigint, exit_code text
    ) ON COMMIT DROP
"""

# The newer reading of a run wins, so that repeats and late deliveries change nothing.
_FRESH = """
    CREATE TEMPORARY TABLE fresh_job ON COMMIT DROP AS
    SELECT DISTINCT ON (staged.db_index)
           staged.*, allocation.project_id,
           to_timestamp(%(read_at)s) AS read_at,
           to_timestamp(COALESCE(staged.ended_at, %(read_at)s)) AS counted_until
    FROM staged_job staged
    JOIN allocations_allocation allocation
      ON allocation.account_name = staged.account AND allocation.site_id = %(site)s
     AND allocation.released_at IS NULL
    LEFT JOIN allocations_job known
      ON known.site_id = %(site)s AND known.db_index = staged.db_index
    WHERE known.id IS NULL OR known.read_at <= to_timestamp(%(read_at)s)
    ORDER BY staged.db_index, staged.ended_at DESC NULLS LAST
"""

# The days to count anew: those of the run as it is now, and as it was known before.
_TOUCHED = """
    CREATE TEMPORARY TABLE touched_day ON COMMIT DROP AS
    SELECT DISTINCT span.project_id, span.username, day::date AS day
    FROM (
        SELECT project_id, username, to_timestamp(started_at) AS since, counted_until AS until
        FROM fresh_job WHERE started_at IS NOT NULL
        UNION ALL
        SELECT known.project_id, known.username, known.started_at, known.counted_until
        FROM allocations_job known JOIN fresh_job USING (db_index)
        WHERE known.site_id = %(site)s AND known.started_at IS NOT NULL
    ) span
    CROSS JOIN LATERAL generate_series(
        date_trunc('day', span.since AT TIME ZONE 'UTC'),
        date_trunc('day', span.until AT TIME ZONE 'UTC'),
        interval '1 day'
    ) AS day
"""

_UPSERT = """
    INSERT INTO allocations_job (
        site_id, db_index, job_id, array_job_id, array_task_id, project_id, username, partition,
        qos, state, name, submitted_at, started_at, ended_at, read_at, counted_until,
        suspended_seconds, gpus, cpus, nodes, exit_code
    )
    SELECT %(site)s, db_index, job_id, array_job_id, array_task_id, project_id, username,
           partition, qos, state, name, to_timestamp(submitted_at), to_timestamp(started_at),
           to_timestamp(ended_at), read_at,
           CASE WHEN started_at IS NOT NULL THEN counted_until END,
           suspended_seconds, gpus, cpus, nodes, exit_code
    FROM fresh_job
    ON CONFLICT (site_id, db_index) DO UPDATE SET
        job_id = EXCLUDED.job_id, array_job_id = EXCLUDED.array_job_id,
        array_task_id = EXCLUDED.array_task_id, project_id = EXCLUDED.project_id,
        username = EXCLUDED.username, partition = EXCLUDED.partition, state = EXCLUDED.state,
        name = EXCLUDED.name, submitted_at = EXCLUDED.submitted_at,
        started_at = EXCLUDED.started_at, ended_at = EXCLUDED.ended_at,
        read_at = EXCLUDED.read_at, counted_until = EXCLUDED.counted_until,
        suspended_seconds = EXCLUDED.suspended_seconds, gpus = EXCLUDED.gpus,
        cpus = EXCLUDED.cpus, nodes = EXCLUDED.nodes, exit_code = EXCLUDED.exit_code
"""

_FORGET_DAYS = """
    DELETE FROM allocations_dailyusage usage USING touched_day touched
    WHERE usage.site_id = %(site)s AND usage.project_id = touched.project_id
      AND usage.username = touched.username AND usage.day = touched.day
"""

# A suspended second counts for GPUs and not for CPUs. Where in the run it lay is not in the
# accounting row, so it is spread evenly; rounding the running total keeps the sum of days exact.
_COUNT_DAYS = """
    INSERT INTO allocations_dailyusage
        (project_id, site_id, username, day, gpu_seconds, cpu_seconds, jobs)
    SELECT project_id, %(site)s, username, day,
           SUM(gpu_time * gpus), SUM(cpu_time * cpus), COUNT(*)
    FROM (
        SELECT touched.project_id, touched.username, touched.day, job.gpus, job.cpus,
               (until - since)::bigint AS gpu_time,
               round(until * share)::bigint - round(since * share)::bigint AS cpu_time
        FROM touched_day touched
        JOIN allocations_job job
          ON job.project_id = touched.project_id AND job.site_id = %(site)s
         AND job.username = touched.username
         AND job.started_at < (touched.day + 1)::timestamp AT TIME ZONE 'UTC'
         AND job.counted_until > touched.day::timestamp AT TIME ZONE 'UTC'
        CROSS JOIN LATERAL (
            SELECT EXTRACT(EPOCH FROM job.counted_until - job.started_at) AS length
        ) run
        CROSS JOIN LATERAL (
            SELECT EXTRACT(EPOCH FROM GREATEST(
                       touched.day::timestamp AT TIME ZONE 'UTC', job.started_at
                   ) - job.started_at) AS since,
                   EXTRACT(EPOCH FROM LEAST(
                       (touched.day + 1)::timestamp AT TIME ZONE 'UTC', job.counted_until
                   ) - job.started_at) AS until,
                   GREATEST(run.length - job.suspended_seconds, 0) / run.length AS share
        ) part
        WHERE run.length > 0
    ) counted
    GROUP BY project_id, username, day
"""


@action
def record_jobs(*, site: Site, batch: JobBatch, actor: SystemActor) -> Watermark:
    """Store a batch, each run once, and answer from when the next window must start."""
    status, _created = SiteStatus.objects.select_for_update().get_or_create(site=site)
    unknown = _unknown_accounts(site, batch.rows)
    stored = _store(site, batch) if batch.rows else 0
    if batch.complete_until is not None:
        reached = moment(batch.complete_until)
        if status.accounting_until is None or reached > status.accounting_until:
            status.accounting_until = reached
            status.save(update_fields=["accounting_until"])
    adopted = Allocation.objects.current().filter(site=site, history_wanted=True)
    for allocation in adopted.filter(account_name__in=batch.history_of):
        allocation.history_wanted = False
        allocation.save(update_fields=["history_wanted"])
    until = status.accounting_until
    return Watermark(
        complete_until=int(until.timestamp()) if until else 0,
        stored=stored,
        unknown_accounts=tuple(unknown),
        history_of=tuple(adopted.order_by("account_name").values_list("account_name", flat=True)),
    )


def _unknown_accounts(site: Site, rows: Iterable[JobRow]) -> list[str]:
    named = {row.account for row in rows}
    known = Allocation.objects.current().filter(site=site, account_name__in=named)
    return sorted(named - set(known.values_list("account_name", flat=True)))


def _store(site: Site, batch: JobBatch) -> int:
    parameters: dict[str, Any] = {"site": site.pk, "read_at": batch.read_at}
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.copy_expert(
            f"COPY staged_job ({', '.join(_COLUMNS)}) FROM STDIN",
            _as_text(batch.rows),
        )
        cursor.execute(_FRESH, parameters)
        stored = int(cursor.rowcount)
        cursor.execute(_TOUCHED, parameters)
        cursor.execute(_UPSERT, parameters)
        cursor.execute(_FORGET_DAYS, parameters)
        cursor.execute(_COUNT_DAYS, parameters)
        cursor.execute("DROP TABLE staged_job, fresh_job, touched_day")
    return stored


def _as_text(rows: Iterable[JobRow]) -> io.StringIO:
    buffer = io.StringIO()
    for row in rows:
        buffer.write("\t".join(_field(getattr(row, column)) for column in _COLUMNS) + "\n")
    buffer.seek(0)
    return buffer


# COPY's text format, in which whatever a user wrote as a job's name stays one field. PostgreSQL's
# text knows no NUL.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": "\ufffd"})


def _field(value: object) -> str:
    return "\\N" if value is None else str(value).translate(_ESCAPES)
