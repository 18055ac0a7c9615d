"""Bringing jobs to the portal: from its watermark on, span by span, each as often as it changes."""

import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Protocol

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.read_ahead import ReadAhead
from slurm_bridge.sending import Sending
from slurm_bridge.slurm.accounting import Portion
from slurm_bridge.slurm.live import ControllerFigures
from slurm_bridge.spans import Span, Spans
from slurm_bridge.wire_accounting import JobBatch, JobColumns, Watermark

log = logging.getLogger(__name__)

BATCH_ROWS = 20_000
# Slurm needs about as long for a span as the portal does: it is asked for the next beside the one
# that is being sent. Of each, so many batches wait in memory, packed.
SPANS_AT_ONCE = 2
BATCHES_AHEAD = 4
# What users and sites write may be long, and the portal takes 4 MiB of gzip: a million characters
# are less, whatever they are.
MOST_CHARACTERS = 1_000_000
UNREAD_AT_ONCE = 400
# Fewer are stored in a moment, whether or not the portal knows some of them.
MANY = 1_000
SECONDS_A_DAY = 86_400

# After a restart slurmctld sends slurmdbd again what it knows of jobs that ended a while ago, and
# only then do some of them have their GPUs. For so long, each reading goes back a day.
RECORDS_SETTLE_SECONDS = 600


class JobSource(Protocol):
    """Where jobs come from."""

    def portions_between(
        self, since: int, until: int | None, accounts: Collection[str], *, at_once: int
    ) -> Iterator[Portion]:
        """Every run in these accounts that was alive in a span; None is now."""
        ...

    def portions_numbered(
        self, job_ids: Collection[int], accounts: Collection[str], *, at_once: int
    ) -> Iterator[Portion]:
        """Every run in these accounts of jobs with these numbers."""
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

    def packed_jobs(self, batch: JobBatch) -> Callable[[], Watermark]:
        """Pack jobs now, and deliver them when what is returned is called."""
        ...


@dataclass(frozen=True)
class PackedBatch:
    """So many rows, ready to be sent."""

    rows: int
    deliver: Callable[[], Watermark]


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

        Returns how many rows that were. Rows that the portal has already change nothing there. The
        watermark follows span by span, so that whatever breaks off goes on where it was.
        """
        began_at = int(self.clock())
        watermark = self.receiver.send_jobs(JobBatch(read_at=began_at, asks_retries=True))
        figures = self._controller_figures()
        is_settling = figures and began_at - figures.counts_since < RECORDS_SETTLE_SECONDS
        if is_settling or watermark.retries_a_day:
            days = max(days, 1)
        since = max(0, watermark.complete_until - self.overlap_seconds)
        if days:
            since = max(0, min(since, began_at - days * SECONDS_A_DAY))
        has_every_record = figures is not None and figures.records_held_back == 0
        adopted = tuple(sorted(set(watermark.history_of) & set(accounts)))
        with ExitStack() as readings, Sending() as sending:
            sent = self._send_retries(watermark.retry_jobs, accounts, readings, sending)
            if adopted:
                history = self._begin(Span(0, began_at, is_last=True), adopted, readings)
                sent += self._send(history, sending)
            spans = Spans(since, began_at)
            sent += self._send_window(spans, accounts, readings, sending, moves=has_every_record)
            sending.finish()
        if has_every_record:
            # Only after every row has arrived: until then the old watermark must hold. The portal
            # sees by `read_at` how far this clock is ahead of its own.
            read_at = int(self.clock())
            self.receiver.send_jobs(
                JobBatch(read_at=read_at, complete_until=began_at, history_of=adopted)
            )
        return sent

    def _send_retries(
        self,
        job_ids: Collection[int],
        accounts: Collection[str],
        readings: ExitStack,
        sending: Sending,
    ) -> int:
        """Send jobs once more of which rows were set aside; returns how many rows."""
        if not job_ids or not accounts:
            return 0
        found = self.source.portions_numbered(job_ids, accounts, at_once=BATCH_ROWS)
        return self._send(self._ahead(found, readings), sending)

    def _send_window(
        self,
        spans: Spans,
        accounts: Collection[str],
        readings: ExitStack,
        sending: Sending,
        *,
        moves: bool,
    ) -> int:
        """Send a window; while one span is being sent, Slurm is asked for the next already."""
        sent = 0
        asked: deque[tuple[Span, ReadAhead[PackedBatch]]] = deque()
        while accounts:
            while len(asked) < SPANS_AT_ONCE and (following := spans.next()):
                asked.append((following, self._begin(following, accounts, readings)))
            if not asked:
                break
            span, reading = asked.popleft()
            rows = self._send(reading, sending)
            spans.had(span, rows)
            sent += rows
            if not span.is_last and rows and moves:
                reached = JobBatch(read_at=int(self.clock()), complete_until=span.until)
                sending.send_after_all(partial(self.receiver.send_jobs, reached))
        return sent

    def _begin(
        self, span: Span, accounts: Collection[str], readings: ExitStack
    ) -> "ReadAhead[PackedBatch]":
        """Ask Slurm for a span; its batches come as soon as it answers."""
        until = None if span.is_last else span.until
        found = self.source.portions_between(span.since, until, accounts, at_once=BATCH_ROWS)
        return self._ahead(found, readings, since=span.since)

    def _ahead(
        self, portions: Iterator[Portion], readings: ExitStack, *, since: int = 0
    ) -> "ReadAhead[PackedBatch]":
        packed = self._packed(portions, int(self.clock()), since)
        reading = ReadAhead(packed, most=BATCHES_AHEAD)
        readings.callback(reading.close)
        return reading

    def _send(self, batches: "ReadAhead[PackedBatch]", sending: Sending) -> int:
        return sum(self._send_one(batch, sending) for batch in batches)

    def _send_one(self, batch: PackedBatch, sending: Sending) -> int:
        """Put a batch on its way; returns how many rows it has."""
        sending.send(partial(_deliver, batch.deliver))
        return batch.rows

    def _packed(
        self, portions: Iterator[Portion], read_at: int, since: int
    ) -> Generator[PackedBatch, None, None]:
        """What was read, ready to be sent; whoever ends early ends the reading, too."""
        try:
            # By `map`, which keeps nothing of what it has packed while it waits for more.
            yield from chain.from_iterable(map(partial(self._packs, read_at, since), portions))
        finally:
            if isinstance(portions, Generator):
                portions.close()

    def _packs(self, read_at: int, since: int, part: Portion) -> list[PackedBatch]:
        """A portion as one batch; as several where it says more than the portal takes at once.

        Runs from before the span, which an earlier one has told, too, come by themselves: the
        portal writes the others as news.
        """
        about = JobBatch(read_at=read_at, asks_retries=True)
        told = [
            about.model_copy(update={"columns": few})
            for runs in _old_and_new(part.runs, since)
            for few in _of_few_words(runs)
        ]
        for at in range(0, len(part.unread), UNREAD_AT_ONCE):
            unread = part.unread[at : at + UNREAD_AT_ONCE]
            told.append(about.model_copy(update={"unread": unread}))
        return [
            PackedBatch(
                len(batch.unread) + (len(batch.columns) if batch.columns else 0),
                self.receiver.packed_jobs(batch),
            )
            for batch in told
        ]

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


def _old_and_new(runs: JobColumns | None, since: int) -> Iterator[JobColumns]:
    """The runs; where there are many, those that were submitted before a time come first."""
    if runs is None:
        return
    is_new = [at >= since for at in runs.submitted_at]
    if len(runs) < MANY or len(set(is_new)) == 1:
        yield runs
        return
    yield runs.where([not new for new in is_new])
    yield runs.where(is_new)


def _of_few_words(runs: JobColumns) -> Iterator[JobColumns]:
    """The runs, in parts if their texts are long."""
    words = sum(map(len, runs.name)) + sum(map(len, runs.nodes_used))
    if words <= MOST_CHARACTERS or len(runs) == 1:
        yield runs
        return
    half = len(runs) // 2
    yield from _of_few_words(runs.part(0, half))
    yield from _of_few_words(runs.part(half, len(runs)))


def _deliver(delivery: Callable[[], Watermark]) -> None:
    answer = delivery()
    if answer.unknown_accounts:
        log.warning("the portal does not know %s", ", ".join(answer.unknown_accounts))
    if answer.set_aside:
        log.warning("the portal has set %d rows aside; its page says why", answer.set_aside)
