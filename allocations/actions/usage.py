"""Takes in jobs from a site's accounting: COPY, one upsert, and what changed of the days."""

import io
from collections.abc import Iterable
from typing import Any

from django.db import connection

from accounts.audit import SystemActor, action
from allocations.actions.moments import moment
from allocations.actions.rollups import COUNTED_COLUMNS, count_changes
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

_STAGE = """
    CREATE TEMPORARY TABLE staged_job (
        db_index bigint, job_id bigint, array_job_id bigint, array_task_id bigint,
        account text, username text, partition text, qos text, state text, name text,
        submitted_at bigint, eligible_at bigint, started_at bigint, ended_at bigint,
        suspended_seconds bigint, gpus bigint, cpus bigint, nodes bigint, nodes_used text,
        exit_code text
    ) ON COMMIT DROP
"""

# The newer reading of a run wins, so that repeats and late deliveries change nothing.
_FRESH = """
    CREATE TEMPORARY TABLE fresh_job ON COMMIT DROP AS
    SELECT DISTINCT ON (staged.db_index)
           staged.db_index, staged.job_id, staged.array_job_id, staged.array_task_id,
           allocation.project_id, staged.username, staged.partition, staged.qos, staged.state,
           staged.name, to_timestamp(staged.submitted_at) AS submitted_at,
           to_timestamp(staged.eligible_at) AS eligible_at,
           to_timestamp(staged.started_at) AS started_at,
           to_timestamp(staged.ended_at) AS ended_at,
           to_timestamp(%(read_at)s) AS read_at,
           CASE WHEN staged.started_at IS NOT NULL
                THEN to_timestamp(COALESCE(staged.ended_at, %(read_at)s)) END AS counted_until,
           staged.suspended_seconds, staged.gpus, staged.cpus, staged.nodes, staged.nodes_used,
           staged.exit_code
    FROM staged_job staged
    JOIN allocations_allocation allocation
      ON allocation.account_name = staged.account AND allocation.site_id = %(site)s
     AND allocation.released_at IS NULL
    LEFT JOIN allocations_job known
      ON known.site_id = %(site)s AND known.db_index = staged.db_index
    WHERE known.id IS NULL OR known.read_at <= to_timestamp(%(read_at)s)
    ORDER BY staged.db_index, staged.ended_at DESC NULLS LAST
"""

_CHANGED = f"""
    CREATE TEMPORARY TABLE changed_run ON COMMIT DROP AS
    SELECT 1 AS sign, {COUNTED_COLUMNS} FROM fresh_job
    UNION ALL
    SELECT -1, {COUNTED_COLUMNS} FROM allocations_job
    WHERE site_id = %(site)s AND db_index IN (SELECT db_index FROM fresh_job)
"""

_UPSERT = f"""
    INSERT INTO allocations_job (site_id, {", ".join(_STORED)})
    SELECT %(site)s, {", ".join(_STORED)} FROM fresh_job
    ON CONFLICT (site_id, db_index) DO UPDATE SET
        {", ".join(f"{name} = EXCLUDED.{name}" for name in _STORED if name != "db_index")}
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
        cursor.execute(_CHANGED, parameters)
        cursor.execute(_UPSERT, parameters)
        count_changes(cursor, site_id=site.pk)
        cursor.execute("DROP TABLE staged_job, fresh_job, changed_run")
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
