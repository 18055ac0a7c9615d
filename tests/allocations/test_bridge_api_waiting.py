"""The long poll and the lost database, with real threads and committed transactions."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import close_old_connections, connection, connections, transaction

from accounts.key_actions import add_ssh_key
from accounts.ssh_keys import parse_public_key
from allocations.bridge.long_poll import LONGEST_WAIT_SECONDS
from allocations.models import Application
from tests.accounts.keys import ed25519_line
from tests.allocations.bridge_caller import BridgeCaller, heartbeat, refusal
from tests.domain import make_project

pytestmark = pytest.mark.django_db(transaction=True)


class Question(threading.Thread):
    """A bridge's question, asked in a thread of its own."""

    def __init__(self, caller: BridgeCaller, tag: str, seconds: float = 20) -> None:
        super().__init__(daemon=True)
        self.caller, self.tag, self.seconds = caller, tag, seconds
        self.answer: Any = None
        self.answered_at = 0.0
        self.process: int = 0

    def run(self) -> None:
        connection.ensure_connection()
        self.process = connection.connection.get_backend_pid()
        try:
            path = f"/desired-state?wait={self.seconds}"
            self.answer = self.caller.get(path, **{"If-None-Match": self.tag})
            self.answered_at = time.monotonic()
        finally:
            connections.close_all()


@contextmanager
def waiting(caller: BridgeCaller, seconds: float = 20) -> Iterator[Question]:
    """A bridge that knows everything and waits for news."""
    question = Question(caller, caller.get("/desired-state")["ETag"], seconds)
    question.start()
    deadline = time.monotonic() + 10
    while not listens(question.process):
        assert time.monotonic() < deadline, "the question never began to wait"
        time.sleep(0.02)
    yield question
    question.join(timeout=LONGEST_WAIT_SECONDS + 5)
    assert not question.is_alive()


def listens(process: int) -> bool:
    """Whether PostgreSQL's process for the question has finished reading and is idle."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state = 'idle' AND query LIKE 'SELECT%%'"
            " AND clock_timestamp() - state_change > interval '0.3 s'"
            " FROM pg_stat_activity WHERE pid = %s",
            [process],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def test_a_decision_wakes_the_waiting_bridge_within_a_second(
    submitted: Application, staff: Any, zellik: BridgeCaller
) -> None:
    with waiting(zellik) as question:
        project = make_project(submitted, staff)
        decided_at = time.monotonic()
    assert question.answer.status_code == 200
    assert project.name in {account["name"] for account in question.answer.json()["accounts"]}
    assert question.answered_at - decided_at < 1


def test_another_sites_news_wakes_nobody_here(
    submitted: Application, staff: Any, zellik: BridgeCaller, charleroi: BridgeCaller
) -> None:
    with waiting(zellik, seconds=1.5) as question, connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('belfry_site', 'charleroi')")
    assert question.answer.status_code == 304


def test_a_rolled_back_decision_wakes_nobody(
    submitted: Application, staff: Any, zellik: BridgeCaller
) -> None:
    with waiting(zellik, seconds=1.5) as question, transaction.atomic():
        make_project(submitted, staff)
        transaction.set_rollback(True)
    assert question.answer.status_code == 304


def test_a_new_ssh_key_wakes_whoever_waits(
    submitted: Application, applicant: Any, staff: Any, zellik: BridgeCaller
) -> None:
    make_project(submitted, staff)
    key = parse_public_key(ed25519_line())
    with waiting(zellik) as question:
        add_ssh_key(key=key, label="laptop", expires_on=None, actor=applicant)
    assert question.answer.status_code == 200
    assert question.answer.json()["users"][0]["keys"][0]["line"] == key.line


def test_many_bridges_wait_at_once_and_all_wake(
    submitted: Application, staff: Any, zellik: BridgeCaller
) -> None:
    with waiting(zellik) as first, waiting(zellik) as second, waiting(zellik) as third:
        make_project(submitted, staff)
    assert [question.answer.status_code for question in (first, second, third)] == [200] * 3


def test_a_database_that_goes_away_while_a_bridge_waits_is_told(zellik: BridgeCaller) -> None:
    with waiting(zellik) as question, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [question.process])
    assert "database" in refusal(question.answer, 503)
    assert int(question.answer["Retry-After"]) > 0


def test_a_database_that_is_away_is_told_and_mended_without_a_restart(
    zellik: BridgeCaller,
) -> None:
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        for answer in (
            zellik.get("/desired-state"),
            zellik.post("/heartbeat", heartbeat()),
        ):
            assert "database" in refusal(answer, 503)
            assert int(answer["Retry-After"]) > 0
    finally:
        connection.settings_dict["PORT"] = port
        close_old_connections()
    assert zellik.post("/heartbeat", heartbeat()).status_code == 200
