"""What is on its way to the portal, a little at once."""

import threading
from collections.abc import Callable

import pytest

from slurm_bridge.sending import AT_ONCE, Sending

WAIT_SECONDS = 10


def test_so_many_deliveries_are_underway_at_once() -> None:
    together = threading.Barrier(AT_ONCE)
    with Sending() as sending:
        for _ in range(AT_ONCE):
            sending.send(lambda: together.wait(WAIT_SECONDS))
        sending.finish()
    assert not together.broken


def test_what_must_come_last_comes_after_all_that_was_sent() -> None:
    may_end = threading.Event()
    arrived: list[str] = []

    def slow() -> None:
        may_end.wait(WAIT_SECONDS)
        arrived.append("slow")

    with Sending() as sending:
        sending.send(slow)
        sending.send_after_all(lambda: arrived.append("last"))
        may_end.set()
        sending.finish()
    assert arrived == ["slow", "last"]


def failing() -> None:
    raise OSError("gone")


def send_all(*deliveries: Callable[[], object], last: Callable[[], object]) -> None:
    with Sending() as sending:
        for delivery in deliveries:
            sending.send(delivery)
        sending.send_after_all(last)
        sending.finish()


def test_what_fails_is_raised_and_nothing_comes_after_it() -> None:
    arrived: list[str] = []
    with pytest.raises(OSError, match="gone"):
        send_all(failing, last=lambda: arrived.append("last"))
    assert arrived == []


def test_what_would_follow_a_failure_does_not_begin() -> None:
    arrived: list[str] = []
    others = [lambda: arrived.append("other")] * 10
    with pytest.raises(OSError, match="gone"):
        send_all(failing, *others, last=lambda: arrived.append("last"))
    assert len(arrived) < AT_ONCE
