"""One node's exporter: samples in the main thread, pages beside it; neither can stop the other."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from slurm_bridge import __version__
from slurm_bridge.gpu.exposition import Health, exposition
from slurm_bridge.gpu.found_jobs import FoundJobs
from slurm_bridge.gpu.job_of_process import JobsOfProcesses
from slurm_bridge.gpu.ledger import Ledger
from slurm_bridge.gpu.minutes import SECONDS_A_MINUTE
from slurm_bridge.gpu.minutes_page import minutes_page
from slurm_bridge.gpu.nvml_calls import Calls
from slurm_bridge.gpu.samples import Sample
from slurm_bridge.gpu.store import Store

log = logging.getLogger(__name__)


class Gpus(Protocol):
    """Whoever can look at a node's GPUs."""

    calls: Calls
    missing: int

    @property
    def is_open(self) -> bool:
        """Whether the driver answers."""
        ...

    def samples(self) -> list[Sample]:
        """Every GPU that answers, now."""
        ...


@dataclass
class Exporter:
    """Looks, adds up, remembers, and has its pages ready."""

    node: str
    gpus: Gpus
    jobs: FoundJobs
    processes: JobsOfProcesses
    ledger: Ledger
    store: Store
    clock: Callable[[], float] = time.time
    instance: str = field(default_factory=lambda: secrets.token_hex(8))
    _samples: Sequence[Sample] = ()
    _round_seconds: float = 0
    _minute: int = 0
    _page: bytes | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _cannot_save: bool = False

    def look(self) -> None:
        """Take one round of samples and add it up."""
        began = time.monotonic()
        samples = self.gpus.samples()
        jobs = self.jobs.jobs(samples)
        with self._lock:
            at = self.clock()
            self.ledger.take(samples, jobs, self.processes.jobs, at)
            is_new_minute = int(at) // SECONDS_A_MINUTE != self._minute
            self._minute = int(at) // SECONDS_A_MINUTE
            if is_new_minute:
                self.ledger.forget(at)
            self._samples, self._page = samples, None
        self.save(with_minutes=is_new_minute)
        self._round_seconds = time.monotonic() - began

    def save(self, *, with_minutes: bool) -> None:
        """Write the files; where they cannot be written counting goes on, and it is said once."""
        try:
            self.store.save_counters(self.ledger)
            if with_minutes:
                self.store.save_minutes(self.ledger)
        except OSError as error:
            if not self._cannot_save:
                log.error("cannot write below %s: %s", self.store.folder, error.strerror)  # noqa: TRY400 - one sentence is all
            self._cannot_save = True
        else:
            self._cannot_save = False

    def metrics(self) -> bytes:
        """The page `/metrics`; made once for each round, however many ask."""
        with self._lock:
            if self._page is None:
                counters = self.ledger.counters.values()
                self._page = exposition(self._health(), self._samples, counters)
            return self._page

    def minutes(self, since: int) -> bytes:
        """The page `/minutes`."""
        with self._lock:
            return minutes_page(self.ledger.series, since)

    def _health(self) -> Health:
        return Health(
            node=self.node,
            instance=self.instance,
            version=__version__,
            time=self.clock(),
            is_open=self.gpus.is_open,
            missing=self.gpus.missing,
            failed_calls=self.gpus.calls.failed,
            gaps=self.ledger.gaps,
            round_seconds=self._round_seconds,
        )
