"""The months in which jobs are kept: each is a partition of its own, by the time of submission."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import cast

from django.db import connection, transaction
from django.utils import timezone

from allocations.models import Allocation, DroppedMonth, DroppedQosUsage, Site

TABLE = "allocations_job"
# Of runs that have no month; it has every index, and months are made after it.
PATTERN = f"{TABLE}_other"

# What an index is like is slow to tell, and mostly none is missing: so they are numbered first.
_MISSING = """
    SELECT month.name, wanted.how
    FROM (
        SELECT name FROM unnest(%(months)s::text[]) name
        WHERE (SELECT count(*) FROM pg_index WHERE indrelid = name::regclass)
            < (SELECT count(*) FROM pg_index WHERE indrelid = %(pattern)s::regclass)
    ) month
    CROSS JOIN LATERAL (
        SELECT substring(pg_get_indexdef(indexrelid) FROM ' USING .*') AS how
        FROM pg_index WHERE indrelid = %(pattern)s::regclass AND NOT indisunique
        EXCEPT
        SELECT substring(pg_get_indexdef(indexrelid) FROM ' USING .*')
        FROM pg_index WHERE indrelid = month.name::regclass
    ) wanted
    ORDER BY month.name, wanted.how
"""


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


def missing_indexes(months: Iterable[date]) -> list[tuple[str, str]]:
    """Which month's table lacks which index, as what follows its name where it is made."""
    names = [partition_of(month) for month in months]
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, {"months": names, "pattern": PATTERN})
        return cast(list[tuple[str, str]], cursor.fetchall())


def ensure_months(months: Iterable[date], *, for_many: bool = False) -> list[date]:
    """Give each month its table; rows that had none until now move there. Returns the new ones.

    Where many rows follow, months that are over have no index yet but that of uniqueness: see
    `month_indexes`.
    """
    wanted = set(months)
    if not wanted - set(kept_months()):
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        # Two sites may both be the first of a month.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TABLE])
        missing = sorted(wanted - set(kept_months()))
        for month in missing:
            _make(month, with_indexes=not for_many or month >= month_of(timezone.now()))
    return missing


def _make(month: date, *, with_indexes: bool) -> None:
    """Attached when it is whole, so that readers wait for a moment only."""
    name = partition_of(month)
    bounds = {"since": f"{month} 00:00+00", "until": f"{following(month)} 00:00+00"}
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
        cursor.execute(
            f"WITH moved AS (DELETE FROM {PATTERN} WHERE submitted_at >= %(since)s"
            f" AND submitted_at < %(until)s RETURNING *) INSERT INTO {name} SELECT * FROM moved",
            bounds,
        )
        for table, how in missing_indexes([month]) if with_indexes else []:
            cursor.execute(f"CREATE INDEX ON {table}{how}")
        cursor.execute(
            f"ALTER TABLE {TABLE} ATTACH PARTITION {name}"
            f" FOR VALUES FROM (%(since)s) TO (%(until)s)",
            bounds,
        )
