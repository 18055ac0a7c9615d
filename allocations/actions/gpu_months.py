"""The months of GPUs' minutes: each is a partition of its own, made ahead, and leaves whole."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.utils import timezone

from accounts.audit import SystemActor, action
from allocations.actions.job_months import following
from allocations.models import JobGpu

TABLE = "allocations_gpuminutes"
WAITS_FOR = timedelta(days=7)


def kept_gpu_months() -> list[date]:
    """The months that have a table, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
            [TABLE],
        )
        names = [name.removeprefix(f"{TABLE}_") for (name,) in cursor.fetchall()]
    return sorted(datetime.strptime(name, "%Y_%m").replace(tzinfo=UTC).date() for name in names)


def oldest_kept(today: date, months_kept: int) -> date:
    """The first day of the oldest month that is not to leave; 0 months keep all."""
    if not months_kept:
        return date.min
    months = today.year * 12 + today.month - 1 - months_kept
    return date(months // 12, months % 12 + 1, 1)


def ensure_gpu_months(months: Iterable[date]) -> None:
    """Give each month its table."""
    wanted = set(months)
    if not wanted - set(kept_gpu_months()):
        return
    with connection.cursor() as cursor:
        # Two sites may both be the first of a month.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TABLE])
        for month in sorted(wanted - set(kept_gpu_months())):
            cursor.execute(
                f"CREATE TABLE {TABLE}_{month:%Y_%m} PARTITION OF {TABLE}"
                " FOR VALUES FROM (%s) TO (%s)",
                [f"{month} 00:00+00", f"{following(month)} 00:00+00"],
            )


@action
def keep_gpu_months(*, today: date, months_kept: int, actor: SystemActor) -> list[date]:
    """Make this month and the next; drop those older than so many, if any number is set.

    What was summed up of the minutes stays. Returns the months that left.
    """
    this = today.replace(day=1)
    ensure_gpu_months([this, following(this)])
    oldest = oldest_kept(today, months_kept)
    left = [month for month in kept_gpu_months() if month < oldest]
    with connection.cursor() as cursor:
        # Foreign keys have checks that wait for the end of the transaction.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DELETE FROM allocations_runninggpuminutes WHERE starts_at < %s", [oldest])
        for month in left:
            cursor.execute(f"DROP TABLE {TABLE}_{month:%Y_%m}")
    return left


@action
def forget_waiting_gpus(*, actor: SystemActor) -> int:
    """Let counters leave that belonged to no run for a week; how many."""
    old = timezone.now() - WAITS_FOR
    return JobGpu.objects.filter(db_index=None, last_sample_at__lt=old).delete()[0]
