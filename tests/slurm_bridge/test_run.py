"""The endless loops: when they work, when they wait, and how they stop."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from slurm_bridge.backoff import Backoff
from slurm_bridge.config import BridgeConfig
from slurm_bridge.errors import FatalPortalError, TransientPortalError
from slurm_bridge.run import Reconciler, Repeated, needs_another_try
from slurm_bridge.wire import DesiredState, Readiness, SyncReport
from tests.slurm_bridge.fake_portal import FakePortal, serving
from tests.slurm_bridge.installations import Installation, install
from tests.slurm_bridge.worlds import Clock, desired_state, project

DONE = SyncReport(revision="r", plan_id="p", started_at=1, finished_at=1)
REFUSED = DONE.model_copy(update={"refused": "slurmdbd is down"})
NOT_READY = DONE.model_copy(
    update={
        "readiness": (
            Readiness(account="p1", username="ada", partition="h200", accepted=False, checked_at=1),
        )
    }
)


@dataclass
class Site:
    """A bridge and its portal, as far as the loop sees them."""

    clock: Clock = field(default_factory=Clock)
    news: list[DesiredState | None] = field(default_factory=list)
    report: SyncReport = DONE
    waits: list[int] = field(default_factory=list)
    known: list[str | None] = field(default_factory=list)
    cycles: list[str] = field(default_factory=list)
    config: BridgeConfig = field(
        default_factory=lambda: BridgeConfig(
            site="zellik",
            cluster="zellik",
            portal_url="https://x",
            token_file=Path("t"),
            state_dir=Path("s"),
            directory="none",
        )
    )

    @property
    def portal(self) -> "Site":
        return self

    def desired_state(
        self, *, known_revision: str | None, wait_seconds: int
    ) -> DesiredState | None:
        self.known.append(known_revision)
        self.waits.append(wait_seconds)
        fresh = self.news.pop(0) if self.news else None
        if fresh is None:
            self.clock.sleep(wait_seconds)
        return fresh

    def reconcile(self, desired: DesiredState) -> SyncReport:
        self.cycles.append(desired.revision)
        return self.report


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def reconciler(site: Site) -> Reconciler:
    quiet = Backoff(first_seconds=5, jitter=lambda: 1)
    return Reconciler(site, clock=site.clock, retries=quiet)  # type: ignore[arg-type]


def test_decision_is_carried_out_at_once(site: Site, reconciler: Reconciler) -> None:
    site.news = [desired_state(revision="r1"), desired_state(revision="r2")]

    reconciler.step()
    reconciler.step()

    assert site.cycles == ["r1", "r2"]
    assert site.known == [None, "r1"]
    assert site.waits[0] == 0


def test_without_news_drift_is_looked_for_at_the_interval(
    site: Site, reconciler: Reconciler
) -> None:
    site.news = [desired_state(revision="r1")]
    began = site.clock()

    while len(site.cycles) < 3:
        reconciler.step()

    assert site.clock() - began == 120
    assert max(site.waits) == 25


@pytest.mark.parametrize("report", [REFUSED, NOT_READY], ids=["refused", "not ready"])
def test_unfinished_work_is_tried_again_soon_and_ever_less_often(
    site: Site, reconciler: Reconciler, report: SyncReport
) -> None:
    site.news = [desired_state(revision="r1")]
    site.report = report
    times = []
    while len(site.cycles) < 6:
        before = len(site.cycles)
        reconciler.step()
        if len(site.cycles) > before:
            times.append(site.clock())

    pauses = [later - sooner for sooner, later in pairwise(times)]
    assert pauses == [5, 10, 20, 40, 60]


def test_cycle_that_a_fault_ended_is_due_at_once(site: Site, reconciler: Reconciler) -> None:
    site.news = [desired_state(revision="r1")]
    reconcile = site.reconcile

    def fail(_: DesiredState) -> SyncReport:
        raise TransientPortalError("503")

    site.reconcile = fail  # type: ignore[method-assign]
    with pytest.raises(TransientPortalError):
        reconciler.step()
    site.reconcile = reconcile  # type: ignore[method-assign]

    reconciler.step()

    assert site.cycles == ["r1"]
    assert site.waits == [0, 0]


def test_finished_report_needs_no_other_try() -> None:
    assert not needs_another_try(DONE)


def test_portal_that_never_answered_leaves_nothing_to_do(
    site: Site, reconciler: Reconciler
) -> None:
    reconciler.step()
    assert site.cycles == []


def test_waits_double_up_to_a_limit_and_start_over_after_success() -> None:
    backoff = Backoff(first_seconds=1, most_seconds=10, jitter=lambda: 1)
    assert [backoff.after_fault() for _ in range(6)] == [1, 2, 4, 8, 10, 10]
    backoff.reset()
    assert backoff.after_fault() == 1


def test_waits_are_never_in_step() -> None:
    assert Backoff(jitter=lambda: 0).after_fault() == 0.75


def repeated(task: Callable[[], object]) -> Repeated:
    quiet = Backoff(most_seconds=60, jitter=lambda: 1)
    return Repeated("accounting", task, 30, threading.Event(), quiet)


def test_task_that_succeeds_waits_its_interval() -> None:
    assert repeated(lambda: None).run_once() == 30


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(TransientPortalError("busy"), 1), (FatalPortalError("token"), 60), (ZeroDivisionError(), 1)],
)
def test_no_fault_ends_a_loop(error: Exception, seconds: float) -> None:
    def fail() -> None:
        raise error

    assert repeated(fail).run_once() == seconds


@pytest.fixture
def portal() -> Iterator[FakePortal]:
    with serving(FakePortal(desired_state(users=()))) as portal:
        yield portal


@pytest.fixture
def installed(tmp_path: Path, portal: FakePortal) -> Installation:
    return install(tmp_path, portal, "accounting_interval_seconds = 1", "max_backoff_seconds = 1")


@pytest.fixture
def process(installed: Installation) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "slurm_bridge.cli", "run", "--config", str(installed.config)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def wait_until(happened: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_the_bridge_in_the_middle_of_a_long_poll(
    process: subprocess.Popen[str], portal: FakePortal, number: signal.Signals
) -> None:
    wait_until(lambda: portal.reports and portal.questions == 2 and portal.heartbeats)

    process.send_signal(number)
    _, said = process.communicate(timeout=5)

    assert process.returncode == 0
    assert said.rstrip().endswith("stopped")
    assert "Traceback" not in said


def test_signal_stops_the_bridge_while_slurm_hangs(
    installed: Installation, process: subprocess.Popen[str]
) -> None:
    hanging = installed.folder / "hanging"
    installed.replace_program("sacctmgr", f"touch {hanging}; exec sleep 60")
    wait_until(hanging.exists)

    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=5)

    assert process.returncode == 0
    assert "Traceback" not in said


def test_broken_accounting_does_not_stop_decisions(
    installed: Installation, process: subprocess.Popen[str], portal: FakePortal
) -> None:
    wait_until(lambda: portal.reports)
    installed.replace_program("sdiag", "exit 1")
    wait_until(lambda: portal.batches)

    portal.desired = desired_state(project(), revision="r2")

    wait_until(lambda: portal.reports[-1].revision == "r2")


def test_broken_slurm_does_not_stop_heartbeats(
    installed: Installation, process: subprocess.Popen[str], portal: FakePortal
) -> None:
    installed.replace_program("sacctmgr", "exit 1")
    wait_until(lambda: portal.heartbeats and portal.reports and portal.reports[-1].refused)
    assert process.poll() is None
