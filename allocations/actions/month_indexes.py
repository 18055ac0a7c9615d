"""Months of jobs get their indexes with their table, or once their runs have come.

To keep eight indexes up with each run is half of what a run costs PostgreSQL; made of a month that
is whole, they cost half of that and are smaller. So whoever brings in thousands of runs of a month
that is over makes it without, and the worker adds them.
"""

from datetime import UTC, date, datetime

from django.db import connection, transaction
from django_tasks import task

from allocations.actions.job_months import (
    TABLE,
    following,
    hold_months,
    kept_months,
    missing_indexes,
)


def ask_for_indexes(until: datetime) -> None:
    """Have the worker index the months that are over by this time; call it inside an action."""
    if missing_indexes(_over_by(until)):
        index_months.enqueue(until.isoformat())


@task()
def index_months(until: str) -> None:
    """Index the months that are over by this time, in ISO 8601; what is there stays."""
    make_indexes(until=datetime.fromisoformat(until))


def make_indexes(*, until: datetime) -> int:
    """Index the months that are over by this time; returns how many indexes were missing.

    Each is a transaction of its own, and only who writes runs of its month waits for it.
    """
    made = 0
    while _make_one(until):
        made += 1
    return made


@transaction.atomic
def _make_one(until: datetime) -> bool:
    hold_months()
    with connection.cursor() as cursor:
        # Two workers may be at it.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{TABLE} indexes"])
        missing = missing_indexes(_over_by(until))
        for table, how in missing[:1]:
            cursor.execute(f"CREATE INDEX ON {table}{how}")
    return bool(missing)


def _over_by(until: datetime) -> list[date]:
    return [month for month in kept_months() if following(month) <= until.astimezone(UTC).date()]
