"""A site's accounting as the action that takes it in sees it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from accounts.audit import SystemActor
from allocations.actions.usage import record_jobs
from allocations.models import Project, QueueWait, Site
from slurm_bridge.wire_accounting import JobBatch, JobRow, Watermark

BRIDGE = SystemActor("bridge@zellik")
MIDNIGHT = int(datetime(2026, 3, 10, tzinfo=UTC).timestamp())
DAY = 86_400


def row(db_index: int, project: Project | str, **fields: object) -> JobRow:
    """A run on two GPUs from an hour before midnight until half an hour after."""
    values: dict[str, object] = {
        "db_index": db_index,
        "job_id": 1000 + db_index,
        "account": project if isinstance(project, str) else project.name,
        "username": "apeeters",
        "partition": "h200",
        "state": "COMPLETED",
        "submitted_at": MIDNIGHT - 7200,
        "started_at": MIDNIGHT - 3600,
        "ended_at": MIDNIGHT + 1800,
        "gpus": 2,
        "cpus": 8,
        "nodes": 1,
    }
    return JobRow.model_validate(values | fields)


def push(site: Site, *rows: JobRow, read_at: int = MIDNIGHT + 5 * DAY) -> Watermark:
    """Take rows in, as one batch."""
    return record_jobs(site=site, batch=JobBatch(read_at=read_at, rows=rows), actor=BRIDGE)


def told_waits(waits: Iterable[QueueWait]) -> dict[tuple[date, int], int]:
    """By day and bucket how many jobs waited so long; each day has its buckets in order, once."""
    found: dict[tuple[date, int], int] = {}
    for of_day in waits:
        assert of_day.buckets == sorted(set(of_day.buckets))
        assert of_day.jobs
        assert min(of_day.jobs) > 0
        for bucket, jobs in zip(of_day.buckets, of_day.jobs, strict=True):
            assert (of_day.day, bucket) not in found
            found[of_day.day, bucket] = jobs
    return found
