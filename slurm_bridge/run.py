"""The endless loops: decisions in the main thread, accounting and heartbeats beside it."""

import contextlib
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from slurm_bridge.backoff import Backoff
from slurm_bridge.bridge import Bridge
from slurm_bridge.errors import BridgeError, FatalError, StoppedError
from slurm_bridge.wire import DesiredState, SyncReport

log = logging.getLogger(__name__)

# What could not be done is tried again soon, though less and less often.
FIRST_RETRY_SECONDS = 5
# How often the bridge looks at its clock for the nightly self-check.
AUDIT_LOOK_SECONDS = 60


@dataclass
class Repeated:
    """A task that is run again and again in its own thread; no fault ends it."""

    name: str
    task: Callable[[], object]
    interval_seconds: float
    stopping: threading.Event
    backoff: Backoff

    def start(self) -> None:
        """Begin in the background; the thread never keeps the process alive."""
        threading.Thread(target=self._loop, name=self.name, daemon=True).start()

    def _loop(self) -> None:
        while not self.stopping.is_set():
            self.stopping.wait(self.run_once())

    def run_once(self) -> float:
        """Run the task and return how many seconds to wait before the next time."""
        try:
            self.task()
        except StoppedError:
            return 0
        except Exception as error:  # noqa: BLE001 - no fault of one loop may end it
            return wait_after(error, self.backoff, self.name)
        self.backoff.reset()
        return self.interval_seconds


def wait_after(error: Exception, backoff: Backoff, what: str) -> float:
    """Log a fault once, at its true level, and return how long to wait."""
    seconds = backoff.after_fault(fatal=isinstance(error, FatalError))
    if isinstance(error, BridgeError):
        level = logging.ERROR if isinstance(error, FatalError) else logging.WARNING
        log.log(level, "%s: %s; again in %.0f s", what, error, seconds)
    else:
        log.error("%s failed; again in %.0f s", what, seconds, exc_info=error)
    return seconds


@dataclass
class Reconciler:
    """Waits for decisions, and between them looks for drift."""

    bridge: Bridge
    clock: Callable[[], float] = time.monotonic
    desired: DesiredState | None = None
    due_at: float = 0
    retries: Backoff = field(default_factory=lambda: Backoff(FIRST_RETRY_SECONDS))

    def step(self) -> None:
        """Fetch once, waiting for news, and reconcile if there is any or it is time."""
        fresh = self.bridge.portal.desired_state(
            known_revision=self.desired.revision if self.desired else None,
            wait_seconds=self._wait_seconds(),
        )
        if fresh is not None:
            self.desired = fresh
        if self.desired is None or (fresh is None and self.clock() < self.due_at):
            return
        self.reconcile(self.desired)

    def reconcile(self, desired: DesiredState) -> None:
        """Run a cycle and decide when the next one is due."""
        self.due_at = self.clock()  # A fault on the way leaves the cycle due.
        report = self.bridge.reconcile(desired)
        log_report(report)
        self.due_at = self.clock() + self.bridge.config.reconcile_interval_seconds
        if needs_another_try(report):
            self.due_at = min(self.due_at, self.clock() + self.retries.after_fault())
        else:
            self.retries.reset()

    def _wait_seconds(self) -> int:
        if self.desired is None:
            return 0
        left = max(0, self.due_at - self.clock())
        return min(self.bridge.config.long_poll_seconds, int(left) + (left > int(left)))


def needs_another_try(report: SyncReport) -> bool:
    """Whether something is still missing that the next cycle may well achieve."""
    unfinished = any(result.outcome == "failed" for result in report.results)
    return bool(report.refused) or unfinished or any(not r.accepted for r in report.readiness)


def log_report(report: SyncReport) -> None:
    """Say what was changed, each fact once."""
    if report.refused:
        log.error("nothing was changed: %s", report.refused)
    for result in report.results:
        if result.outcome == "applied":
            log.info("%s", result.change)
        else:
            log.warning("%s: %s: %s", result.outcome, result.change, result.reason)
    for conflict in report.conflicts:
        log.warning("conflict: %s: %s", conflict.subject, conflict.reason)
    if report.waiting and not report.refused:
        log.info("plan %s waits until staff approve it", report.waiting)
    for verdict in report.readiness:
        accepted = "accepts" if verdict.accepted else "refuses"
        reason = f": {verdict.reason}" if verdict.reason else ""
        log.info(
            "Slurm %s %s in %s on %s%s",
            accepted,
            verdict.username,
            verdict.account,
            verdict.partition,
            reason,
        )


def run_forever(bridge: Bridge) -> None:
    """Serve the site until SIGTERM or SIGINT."""
    stopping = threading.Event()
    most = bridge.config.max_backoff_seconds
    with bridge.lease.kept(), _stop_on_signal(bridge, stopping), contextlib.suppress(StoppedError):
        for repeated in _beside(bridge, stopping, most):
            repeated.start()
        _reconcile_until(stopping, Reconciler(bridge), Backoff(most_seconds=most))
    log.info("stopped")


def _reconcile_until(stopping: threading.Event, reconciler: Reconciler, backoff: Backoff) -> None:
    while not stopping.is_set():
        try:
            reconciler.step()
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - no fault may end the bridge
            stopping.wait(wait_after(error, backoff, "reconciling"))
        else:
            backoff.reset()


@contextmanager
def _stop_on_signal(bridge: Bridge, stopping: threading.Event) -> Iterator[None]:
    """End whatever waits or runs at the first signal; the next cycle repairs what is half done."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        bridge.commands.stop()
        raise StoppedError("the bridge was told to stop")

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _beside(bridge: Bridge, stopping: threading.Event, most: float) -> Iterator[Repeated]:
    config = bridge.config
    for name, task, interval in (
        ("accounting", bridge.push_jobs, config.accounting_interval_seconds),
        ("heartbeat", bridge.pulse.beat, config.heartbeat_interval_seconds),
        *((("GPUs", bridge.push_gpu_usage, config.gpu.interval_seconds),) if config.gpu else ()),
        ("self-check", bridge.nightly.run_if_due, AUDIT_LOOK_SECONDS),
    ):
        yield Repeated(name, task, interval, stopping, Backoff(most_seconds=most))
