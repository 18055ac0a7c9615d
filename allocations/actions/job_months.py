"""The months in which jobs are kept: each is a partition of its own, by the time of submission."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import connection, transaction

from allocations.models import Allocation, DroppedMonth, DroppedQosUsage, Site

TABLE = "allocations_job"


def hold_months(*, to_drop: bool = False) -> None:
    """Until the transaction ends no month leaves; or, to drop one, no jobs are taken in."""
    lock = "pg_advisory_xact_lock" if to_drop else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtext(%s))", [f"{TABLE} leaves"])


def month_of(moment: datetime) -> date:
    """The first day of a moment's month, in UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def following(month: date) -> date:
    """The month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def partition_of(month: date) -> str:
    """The name of a month's table."""
    return f"{TABLE}_{month:%Y_%m}"


def kept_months() -> list[date]:
    """The months that have a table, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
            [TABLE],
        )
        names = [name.removeprefix(f"{TABLE}_") for (name,) in cursor.fetchall()]
    return sorted(
        datetime.strptime(name, "%Y_%m").replace(tzinfo=UTC).date()
        for name in names
        if name != "other"
    )


def dropped_months() -> set[date]:
    """The months whose jobs have left."""
    return set(DroppedMonth.objects.values_list("month", flat=True))


def dropped_gpu_seconds(
    site: Site, allocations: Iterable[Allocation]
) -> dict[tuple[int, str], int]:
    """What runs that have left had used at a site, by project and QOS."""
    gone = DroppedQosUsage.objects.filter(
        site=site, project__in={allocation.project_id for allocation in allocations}
    )
    return {
        (project, qos): seconds
        for project, qos, seconds in gone.values_list("project", "qos", "gpu_seconds")
    }


def ensure_months(months: Iterable[date]) -> list[date]:
    """Give each month its table; rows that had none until now move there. Returns the new ones."""
    wanted = set(months)
    if not wanted - set(kept_months()):
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        # Two sites may both be the first of a month.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TABLE])
        missing = sorted(wanted - set(kept_months()))
        for month in missing:
            _make(month)
    return missing


def _make(month: date) -> None:
    """Attached when it is whole, so that readers wait for a moment only."""
    name = partition_of(month)
    bounds = {"since": f"{month} 00:00+00", "until": f"{following(month)} 00:00+00"}
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
        cursor.execute(
            f"WITH moved AS (DELETE FROM {TABLE}_other WHERE submitted_at >= %(since)s"
            f" AND submitted_at < %(until)s RETURNING *) INSERT INTO {name} SELECT * FROM moved",
            bounds,
        )
        cursor.execute(
            f"ALTER TABLE {TABLE} ATTACH PARTITION {name}"
            f" FOR VALUES FROM (%(since)s) TO (%(until)s)",
            bounds,
        )
