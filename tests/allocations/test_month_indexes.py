"""Months that many runs come into get their indexes afterwards, and then all of them."""

from datetime import UTC, date, datetime
from functools import partial
from importlib import import_module
from unittest import mock

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.audit import SystemActor
from allocations.actions import job_months, usage
from allocations.actions.job_months import (
    PATTERN,
    TABLE,
    ensure_months,
    kept_months,
    missing_indexes,
    month_of,
    partition_of,
)
from allocations.actions.month_indexes import make_indexes
from allocations.actions.usage import record_jobs
from allocations.models import Job, Project, Site
from slurm_bridge.wire_accounting import JobBatch, JobRow
from tests.allocations.together import together
from tests.allocations.usage_world import DAY, MIDNIGHT, push, row

MIGRATION = import_module("allocations.migrations.0019_indexes_of_months")
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
FIRST_OF_APRIL = int(datetime(2026, 4, 1, tzinfo=UTC).timestamp())


@pytest.fixture
def zellik(seeded: None, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Where three runs are many, and no month is left from tests that commit."""
    monkeypatch.setattr(usage, "MANY", 3)
    with connection.cursor() as cursor:
        for month in kept_months():
            cursor.execute(f"DROP TABLE {partition_of(month)}")
    return Site.objects.get(code="zellik")


def ways(table: str) -> set[str]:
    """What a table's indexes are like, but for that of uniqueness."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(pg_get_indexdef(indexrelid) FROM ' USING .*') FROM pg_index"
            " WHERE indrelid = %s::regclass AND NOT indisunique",
            [table],
        )
        return {how for (how,) in cursor.fetchall()}


def numbers(table: str) -> set[int]:
    """By which PostgreSQL knows the files of a table's indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_filenode(indexrelid) FROM pg_index WHERE indrelid = %s::regclass",
            [table],
        )
        return {number for (number,) in cursor.fetchall()}


def runs(project: Project, count: int, at: int = MIDNIGHT) -> list[JobRow]:
    times = {"submitted_at": at, "started_at": at + 60, "ended_at": at + 120}
    return [row(number, project, **times) for number in range(count)]


def reaches(site: Site, until: int) -> None:
    """The site says that all has come up to a time."""
    batch = JobBatch(read_at=until, complete_until=until)
    record_jobs(site=site, batch=batch, actor=SystemActor("bridge@zellik"))


def test_pattern_has_every_index_that_the_model_declares(db: None) -> None:
    assert len(ways(PATTERN)) == len(Job._meta.indexes)
    assert not ways(TABLE)


def test_few_runs_come_into_a_month_with_indexes(project: Project, zellik: Site) -> None:
    push(zellik, *runs(project, 2))
    assert ways(partition_of(MARCH)) == ways(PATTERN)


def test_month_that_many_come_into_gets_its_indexes_once_it_is_whole(
    project: Project, zellik: Site
) -> None:
    push(zellik, *runs(project, 3))
    assert ways(partition_of(MARCH)) == set()
    assert Job.objects.filter(project=project, username="apeeters").count() == 3

    reaches(zellik, FIRST_OF_APRIL - 1)
    assert ways(partition_of(MARCH)) == set()

    reaches(zellik, FIRST_OF_APRIL)
    assert ways(partition_of(MARCH)) == ways(PATTERN)
    assert missing_indexes(kept_months()) == []


def test_run_is_known_without_them(project: Project, zellik: Site) -> None:
    push(zellik, *runs(project, 3))
    push(zellik, *runs(project, 4))
    assert Job.objects.count() == 4


def test_month_that_goes_on_has_them_at_once(project: Project, zellik: Site) -> None:
    now = int(timezone.now().timestamp())
    push(zellik, *runs(project, 3, at=now), read_at=now + 600)
    assert ways(partition_of(month_of(datetime.fromtimestamp(now, UTC)))) == ways(PATTERN)


def test_what_breaks_off_goes_on_where_it_was(project: Project, zellik: Site) -> None:
    push(zellik, *runs(project, 3))
    until = datetime(2026, 4, 1, tzinfo=UTC)
    plain, asked = job_months.missing_indexes, iter(range(3))

    def dies(months: list[date]) -> list[tuple[str, str]]:
        if next(asked, None) is None:
            raise DatabaseError("the server is gone")
        return plain(months)

    with (
        mock.patch("allocations.actions.month_indexes.missing_indexes", dies),
        pytest.raises(DatabaseError),
    ):
        make_indexes(until=until)
    made = numbers(partition_of(MARCH))
    assert len(made) == 1 + 3

    assert make_indexes(until=until) == len(ways(PATTERN)) - 3
    assert made < numbers(partition_of(MARCH))
    assert make_indexes(until=until) == 0


def test_each_night_makes_what_nobody_asked_for(project: Project, zellik: Site) -> None:
    ensure_months([MARCH, APRIL], for_many=True)
    call_command("nightly")
    assert {month: ways(partition_of(month)) for month in (MARCH, APRIL)} == {
        MARCH: ways(PATTERN),
        APRIL: ways(PATTERN),
    }


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_make_each_once(project: Project, zellik: Site) -> None:
    push(zellik, *runs(project, 3))
    make = partial(make_indexes, until=datetime(2026, 4, 1, tzinfo=UTC))
    assert not together(make, make, make)
    assert ways(partition_of(MARCH)) == ways(PATTERN)
    assert len(numbers(partition_of(MARCH))) == len(numbers(PATTERN))


def test_month_that_has_left_is_not_asked_for(project: Project, zellik: Site) -> None:
    push(zellik, *runs(project, 3), *runs(project, 3, at=MIDNIGHT + 40 * DAY))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {partition_of(MARCH)}")
    make_indexes(until=datetime(2026, 6, 1, tzinfo=UTC))
    assert ways(partition_of(APRIL)) == ways(PATTERN)


def test_migration_leaves_months_what_they_have(project: Project, zellik: Site) -> None:
    push(zellik, *runs(project, 2))
    names, before = (PATTERN, partition_of(MARCH)), Job.objects.count()
    had = [(ways(name), numbers(name)) for name in names]
    with connection.schema_editor() as editor:
        MIGRATION.put_above(apps, editor)
    assert ways(TABLE) == ways(PATTERN)
    assert [(ways(name), numbers(name)) for name in names] == had

    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.ALONE)

    assert not ways(TABLE)
    assert [(ways(name), numbers(name)) for name in names] == had
    assert Job.objects.count() == before
    push(zellik, *runs(project, 2), *runs(project, 2, at=MIDNIGHT + 40 * DAY))
    assert ways(partition_of(APRIL)) == ways(PATTERN)
