"""How a bridge holds its site, and stops writing when it may have lost it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from slurm_bridge.errors import FatalConfigError, TransientLeaseError, TransientPortalError
from slurm_bridge.lease import Lease
from slurm_bridge.wire import LeaseAnswer, LeaseRequest
from tests.slurm_bridge.worlds import Clock, MemorySite, desired_state, project


@dataclass
class Portal:
    """Lends for a minute; `answer` overrules it."""

    answer: Callable[[LeaseRequest], LeaseAnswer] | None = None
    asked: list[LeaseRequest] = field(default_factory=list)

    def lease(self, request: LeaseRequest) -> LeaseAnswer:
        self.asked.append(request)
        if self.answer:
            return self.answer(request)
        return LeaseAnswer(granted=True, host=request.host, seconds_left=60)


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lease(portal: Portal, clock: Clock, tmp_path: Path) -> Lease:
    return Lease(portal, tmp_path, host="mgmt1", clock=clock)


def test_nothing_may_be_written_before_the_first_lease(lease: Lease) -> None:
    with pytest.raises(TransientLeaseError):
        lease.check()


def test_lease_lasts_from_when_it_was_asked_for(lease: Lease, portal: Portal, clock: Clock) -> None:
    def answer_late(request: LeaseRequest) -> LeaseAnswer:
        clock.sleep(50)
        return LeaseAnswer(granted=True, host=request.host, seconds_left=60)

    portal.answer = answer_late
    assert lease.renew() == ""
    clock.sleep(9)
    lease.check()
    clock.sleep(1)
    with pytest.raises(TransientLeaseError):
        lease.check()


def test_refusal_names_both_hosts_and_the_time_is_in_the_log(
    lease: Lease, portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    portal.answer = lambda _: LeaseAnswer(granted=False, host="mgmt2", seconds_left=42)
    said = lease.renew()
    assert "on mgmt2" in said
    assert "on mgmt1" in said
    assert "may write for 42 s more" in caplog.text


def test_name_of_a_bridge_outlasts_a_restart_but_not_a_move(portal: Portal, tmp_path: Path) -> None:
    for host in ("mgmt1", "mgmt1", "mgmt2"):
        Lease(portal, tmp_path, host=host).renew()
    first, again, moved = (request.holder for request in portal.asked)
    assert first == again != moved


def test_state_folder_that_cannot_keep_the_name_is_named(portal: Portal, tmp_path: Path) -> None:
    with pytest.raises(FatalConfigError, match=r"bridge\.id"):
        Lease(portal, tmp_path / "missing").renew()


def test_lease_is_renewed_beside_a_long_cycle_and_an_outage_ends_nothing(
    portal: Portal, tmp_path: Path
) -> None:
    often = threading.Event()

    def answer(request: LeaseRequest) -> LeaseAnswer:
        if len(portal.asked) == 1:
            raise TransientPortalError("away")
        often.set()
        return LeaseAnswer(granted=True, host=request.host, seconds_left=60)

    portal.answer = answer
    lease = Lease(portal, tmp_path, renew_seconds=0.01)
    with lease.kept():
        assert often.wait(30)


def test_bridge_that_loses_its_lease_in_the_middle_writes_no_more(
    lease: Lease, clock: Clock
) -> None:
    site = MemorySite()
    lease.renew()
    site.cycle.may_write = lease.check
    site.slurm.before_write = lambda: clock.sleep(40)

    report = site.cycle.run(desired_state(project()))

    assert site.slurm.writes <= 2
    assert "lease has run out" in report.results[-1].reason
    assert {result.outcome for result in report.results} == {"applied", "failed"}
