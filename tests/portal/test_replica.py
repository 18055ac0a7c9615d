"""Reports read a real streaming replica, and the primary where the replica fails them."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import InternalError, connections
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from allocations.models import Project, Site
from deploy.testbed.layout import Layout
from portal.databases import database
from portal.reports import replica as reading
from tests.deploy.nginx import free_port
from tests.portal.replica import Replica, streaming_replica
from tests.portal.staff_world import job, read_accounting

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    """Where the portal is told that a replica of the tests' database is."""
    number = free_port()
    settings = database(
        f"postgresql://belfry@127.0.0.1:{number}/{connections['default'].settings_dict['NAME']}",
        options="-c default_transaction_read_only=on",
    )
    everything = {"default": {}, reading.REPLICA: settings | {"TEST": {"MIRROR": "default"}}}
    complete = connections.configure_settings(everything)[reading.REPLICA]
    connections.databases[reading.REPLICA] = complete
    yield number
    del connections.databases[reading.REPLICA]


@pytest.fixture
def replica(
    port: int, postgres: Layout, seeded: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Replica]:
    """A replica that reports read, judged anew at each page."""
    monkeypatch.setattr(reading, "JUDGED_FOR_SECONDS", 0)
    with streaming_replica(postgres, port) as running:
        yield running
        connections[reading.REPLICA].close()


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def used_seconds(office: Client) -> int:
    answer: dict[str, Any] = json.loads(office.get(reverse("reports_json")).content)
    return next(row["used_gpu_seconds"] for row in answer["rows"] if row["site"] == "Zellik")


def run_job(project: Project, number: int) -> None:
    zellik = Site.objects.get(code="zellik")
    read_accounting(zellik, job(project, db_index=number, seconds=100, gpus=1))


def caught_up(running: Replica) -> None:
    written = connections["default"].cursor()
    written.execute("SELECT pg_current_wal_lsn()::text")
    (position,) = written.fetchone()
    deadline = time.monotonic() + 30
    while running.tell(f"SELECT pg_last_wal_replay_lsn() >= '{position}'") != "t":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_report_shows_what_the_replica_has(
    replica: Replica, project: Project, office: Client
) -> None:
    run_job(project, 1)
    caught_up(replica)
    assert used_seconds(office) == 100
    replica.tell("SELECT pg_wal_replay_pause()")
    run_job(project, 2)
    assert used_seconds(office) == 100
    replica.tell("SELECT pg_wal_replay_resume()")
    caught_up(replica)
    assert used_seconds(office) == 200


def test_who_may_read_is_decided_on_the_primary(
    replica: Replica, project: Project, office: Client, staff: User
) -> None:
    run_job(project, 1)
    caught_up(replica)
    replica.tell("SELECT pg_wal_replay_pause()")
    assert office.get(reverse("reports")).status_code == 200
    User.objects.filter(pk=staff.pk).update(role="applicant")
    assert office.get(reverse("reports")).status_code in {403, 404}


def test_a_replica_that_lags_is_passed_over(
    replica: Replica, project: Project, office: Client, settings: Settings
) -> None:
    run_job(project, 1)
    caught_up(replica)
    replica.tell("SELECT pg_wal_replay_pause()")
    run_job(project, 2)
    settings.REPORTS_MAX_LAG_SECONDS = 0
    time.sleep(0.1)
    assert used_seconds(office) == 200


def test_a_replica_without_its_primary_on_the_line_is_as_old_as_its_last_transaction(
    replica: Replica, project: Project, office: Client, settings: Settings
) -> None:
    run_job(project, 1)
    caught_up(replica)
    settings.REPORTS_MAX_LAG_SECONDS = 0
    assert reading.is_replica_fit()
    replica.tell("ALTER SYSTEM SET primary_conninfo = ''")
    replica.tell("SELECT pg_reload_conf()")
    deadline = time.monotonic() + 30
    while reading.is_replica_fit():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert used_seconds(office) == 100


def test_a_replica_that_dies_takes_no_page_with_it(
    replica: Replica, project: Project, office: Client
) -> None:
    run_job(project, 1)
    caught_up(replica)
    assert used_seconds(office) == 100
    replica.stop()
    run_job(project, 2)
    assert used_seconds(office) == 200


def test_nothing_is_written_to_a_replica(replica: Replica, project: Project) -> None:
    caught_up(replica)
    with reading.from_replica():
        assert Project.objects.get(pk=project.pk)._state.db == reading.REPLICA
        read = Project.objects.get(pk=project.pk)
        read.title = "Read there, written here"
        read.save()
    assert Project.objects.get(pk=project.pk).title == "Read there, written here"
    with pytest.raises(InternalError), connections[reading.REPLICA].cursor() as cursor:
        cursor.execute("UPDATE allocations_project SET title = ''")
