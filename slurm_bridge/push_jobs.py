"""Bringing jobs to the portal: from its watermark on, in batches, each as often as it changes."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.live import ControllerFigures
from slurm_bridge.wire_accounting import JobBatch, JobRow, Watermark

log = logging.getLogger(__name__)

BATCH_ROWS = 5000
SECONDS_A_DAY = 86_400

# After a restart slurmctld sends slurmdbd again what it knows of jobs that ended a while ago, and
# only then do some of them have their GPUs. For so long, each reading goes back a day.
RECORDS_SETTLE_SECONDS = 600


class JobSource(Protocol):
    """Where jobs come from."""

    def jobs_since(self, since: int, accounts: Collection[str]) -> Iterator[JobRow]:
        """Every run in these accounts that was alive after a time."""
        ...


class Controller(Protocol):
    """Whoever knows whether slurmctld still holds records back."""

    def controller(self) -> ControllerFigures:
        """Read slurmctld's own counters."""
        ...


class JobReceiver(Protocol):
    """The portal, as far as jobs are concerned."""

    def send_jobs(self, batch: JobBatch) -> Watermark:
        """Deliver jobs; the answer says from when the next window must start."""
        ...


@dataclass
class JobPush:
    """One site's accounting, sent so that a crash anywhere repeats rows and loses none."""

    source: JobSource
    controller: Controller
    receiver: JobReceiver
    overlap_seconds: int
    clock: Callable[[], float] = time.time

    def run(self, accounts: Collection[str], *, days: int = 0) -> int:
        """Send everything since the watermark, or of so many days if that is more.

        Returns how many rows that were. Rows that the portal has already change nothing there.
        """
        read_at = int(self.clock())
        watermark = self.receiver.send_jobs(JobBatch(read_at=read_at))
        figures = self._controller_figures()
        if figures and read_at - figures.counts_since < RECORDS_SETTLE_SECONDS:
            days = max(days, 1)
        since = max(0, watermark.complete_until - self.overlap_seconds)
        if days:
            since = max(0, min(since, read_at - days * SECONDS_A_DAY))
        adopted = tuple(sorted(set(watermark.history_of) & set(accounts)))
        sent = self._send(0, adopted, read_at) + self._send(since, accounts, read_at)
        if figures and figures.records_held_back == 0:
            # Only after every row has arrived: until then the old watermark must hold.
            self.receiver.send_jobs(
                JobBatch(read_at=read_at, complete_until=read_at, history_of=adopted)
            )
        return sent

    def _send(self, since: int, accounts: Collection[str], read_at: int) -> int:
        """Send every run of these accounts that was alive after a time; returns how many."""
        rows = self.source.jobs_since(since, accounts) if accounts else iter(())
        sent = 0
        for batch in _batches(rows):
            answer = self.receiver.send_jobs(JobBatch(read_at=read_at, rows=batch))
            sent += len(batch)
            if answer.unknown_accounts:
                log.warning("the portal does not know %s", ", ".join(answer.unknown_accounts))
        return sent

    def _controller_figures(self) -> ControllerFigures | None:
        """Whether slurmdbd has every record up to now; None, and so no, when in doubt."""
        try:
            figures = self.controller.controller()
        except TransientSlurmError as error:
            log.warning("cannot tell whether slurmctld holds records back: %s", error)
            return None
        if figures.records_held_back:
            log.info(
                "slurmctld holds %d records back; the watermark stays", figures.records_held_back
            )
        return figures


def _batches(rows: Iterable[JobRow]) -> Iterator[tuple[JobRow, ...]]:
    iterator = iter(rows)
    while batch := tuple(islice(iterator, BATCH_ROWS)):
        yield batch
