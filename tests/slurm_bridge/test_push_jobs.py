"""How jobs reach the portal, and when its watermark moves."""

import gzip
import random
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest

from slurm_bridge.errors import TransientPortalError, TransientSlurmError
from slurm_bridge.push_jobs import BATCH_ROWS, MANY, JobPush
from slurm_bridge.slurm.accounting import Portion
from slurm_bridge.slurm.live import ControllerFigures
from slurm_bridge.wire_accounting import JobBatch, JobRow, UnreadRow, Watermark
from tests.slurm_bridge.portions import columns_of, rows_in

NOW = 1_800_000_000
# As the portal's settings have it.
MOST_PACKED_BYTES = 4 * 2**20


def job(number: int, submitted_at: int = NOW - 10) -> JobRow:
    return JobRow(
        db_index=number,
        job_id=number,
        account="p1",
        username="ada",
        partition="h200",
        state="COMPLETED",
        submitted_at=submitted_at,
    )


@dataclass
class Site:
    """A source of jobs, a slurmctld and a portal in one."""

    jobs: list[JobRow] = field(default_factory=list)
    held_back: int | Exception | None = 0
    restarted_at: int = 0
    watermark: int = 0
    history_of: tuple[str, ...] = ()
    retry_jobs: tuple[int, ...] = ()
    retries_a_day: bool = False
    breaks_after: int | None = None
    unread: tuple[UnreadRow, ...] = ()
    is_alive_before: bool = False
    """Whether runs that were submitted before a span are alive in it."""
    batches: list[JobBatch] = field(default_factory=list)
    asked_since: list[int] = field(default_factory=list)
    asked_until: list[int | None] = field(default_factory=list)
    asked_numbers: list[tuple[int, ...]] = field(default_factory=list)
    asked_of: list[tuple[str, ...]] = field(default_factory=list)

    def portions_between(
        self, since: int, until: int | None, accounts: Collection[str], *, at_once: int
    ) -> Iterator[Portion]:
        self.asked_since.append(since)
        self.asked_until.append(until)
        self.asked_of.append(tuple(accounts))
        alive = [
            row
            for row in self.jobs
            if (self.is_alive_before or since <= row.submitted_at)
            and (until is None or row.submitted_at <= until)
        ]
        readable = alive if self.breaks_after is None else alive[: self.breaks_after]
        for first in range(0, len(readable), at_once):
            yield Portion(columns_of(readable[first : first + at_once]), self.unread)
        if len(readable) < len(alive):
            raise TransientSlurmError("slurmdbd went away")

    def portions_numbered(
        self, job_ids: Collection[int], accounts: Collection[str], *, at_once: int
    ) -> Iterator[Portion]:
        self.asked_numbers.append(tuple(job_ids))
        yield Portion(columns_of(row for row in self.jobs if row.job_id in job_ids))

    def controller(self) -> ControllerFigures:
        if isinstance(self.held_back, Exception):
            raise self.held_back
        return ControllerFigures(0, 0, self.held_back, self.restarted_at)

    def send_jobs(self, batch: JobBatch) -> Watermark:
        self.batches.append(batch)
        if batch.complete_until is not None:
            self.watermark = batch.complete_until
        self.history_of = tuple(sorted(set(self.history_of) - set(batch.history_of)))
        return Watermark(
            complete_until=self.watermark,
            stored=len(rows_in(batch)),
            history_of=self.history_of,
            retry_jobs=self.retry_jobs,
            retries_a_day=self.retries_a_day,
        )

    def packed_jobs(self, batch: JobBatch) -> Callable[[], Watermark]:
        return partial(self.send_jobs, batch)

    def push(self, accounts: Collection[str] = ("p1",)) -> int:
        return JobPush(self, self, self, overlap_seconds=300, clock=lambda: NOW).run(accounts)


def test_first_window_begins_at_the_beginning() -> None:
    site = Site()
    site.push()
    assert site.asked_since[0] == 0
    assert site.asked_until[-1] is None


def test_next_window_overlaps_the_last_one() -> None:
    site = Site(watermark=NOW - 1000)
    site.push()
    assert site.asked_since == [NOW - 1300]


def test_rows_come_in_batches_and_the_watermark_after_the_last() -> None:
    site = Site(jobs=[job(number) for number in range(BATCH_ROWS + 1)], watermark=NOW - 1000)

    assert site.push() == BATCH_ROWS + 1

    assert [len(rows_in(batch)) for batch in site.batches] == [0, BATCH_ROWS, 1, 0]
    assert [batch.complete_until for batch in site.batches] == [None, None, None, NOW]
    assert {batch.read_at for batch in site.batches} == {NOW}


def test_runs_from_before_a_span_come_by_themselves() -> None:
    """The portal knows them, and writes whole batches of news quicker."""
    since = NOW - 1300
    jobs = [job(number, submitted_at=since + number % 3 - 1) for number in range(3 * MANY)]
    site = Site(jobs=jobs, is_alive_before=True, watermark=since + 300)

    assert site.push() == len(jobs)

    old, new = [batch for batch in site.batches if rows_in(batch)]
    assert {row.submitted_at for row in rows_in(old)} == {since - 1}
    assert {row.submitted_at for row in rows_in(new)} == {since, since + 1}
    assert sorted(row.db_index for row in (*rows_in(old), *rows_in(new))) == list(range(len(jobs)))


def test_few_runs_come_together() -> None:
    since = NOW - 1300
    jobs = [job(number, submitted_at=since + number % 3 - 1) for number in range(9)]
    site = Site(jobs=jobs, is_alive_before=True, watermark=since + 300)
    site.push()
    assert [len(rows_in(batch)) for batch in site.batches] == [0, 9, 0]


def wide_words(length: int, seed: int) -> str:
    """Text of which gzip saves as little as possible: any characters, of four bytes mostly."""
    chance = random.Random(seed)
    return "".join(chr(chance.randrange(0x10000, 0x110000)) for _ in range(length))


def test_rows_of_long_words_come_in_batches_that_the_portal_takes() -> None:
    jobs = [
        job(number).model_copy(update={"name": wide_words(200, number)})
        for number in range(BATCH_ROWS)
    ]
    site = Site(jobs=jobs, watermark=NOW - 1000)

    assert site.push() == BATCH_ROWS

    assert [row for batch in site.batches for row in rows_in(batch)] == jobs
    sizes = [len(gzip.compress(batch.model_dump_json().encode(), 1)) for batch in site.batches]
    assert len(sizes) > 4
    assert max(sizes) < MOST_PACKED_BYTES


def test_rows_that_nobody_can_read_come_in_batches_that_the_portal_takes() -> None:
    unread = tuple(
        UnreadRow(
            db_index=number,
            account=wide_words(200, number),
            reason=wide_words(500, number + 1),
            text=wide_words(2000, number + 2),
        )
        for number in range(1000)
    )
    site = Site(jobs=[job(1)], unread=unread, watermark=NOW - 1000)

    assert site.push() == len(unread) + 1

    assert tuple(row for batch in site.batches for row in batch.unread) == unread
    assert [row for batch in site.batches for row in rows_in(batch)] == [job(1)]
    sizes = [len(gzip.compress(batch.model_dump_json().encode(), 1)) for batch in site.batches]
    assert max(sizes) < MOST_PACKED_BYTES
    assert site.watermark == NOW


@pytest.mark.parametrize("held_back", [3, None, TransientSlurmError("slurmctld is down")])
def test_watermark_stays_while_slurmctld_may_hold_records_back(
    held_back: int | Exception | None,
) -> None:
    site = Site(jobs=[job(1)], held_back=held_back, watermark=NOW - 500)

    assert site.push() == 1

    assert site.watermark == NOW - 500


def test_watermark_stays_when_slurm_breaks_off_in_the_middle() -> None:
    site = Site(jobs=[job(1), job(2)], breaks_after=1, watermark=NOW - 1000)

    with pytest.raises(TransientSlurmError):
        site.push()

    assert site.watermark == NOW - 1000


def test_long_window_is_read_in_spans_that_leave_no_gap() -> None:
    site = Site(watermark=NOW - 600 * 86_400)

    site.push()

    assert len(site.asked_since) > 5
    assert site.asked_since[1:] == site.asked_until[:-1]


def test_watermark_follows_span_by_span_so_that_a_fault_does_not_begin_anew() -> None:
    start = NOW - 100 * 86_400
    jobs = [job(1, start + 60), job(2, NOW - 60), job(3, NOW - 50)]
    site = Site(jobs=jobs, breaks_after=1, watermark=start)

    with pytest.raises(TransientSlurmError):
        site.push()

    assert site.watermark == start - 300 + 7 * 86_400
    site.breaks_after = None
    assert site.push() == 2
    assert site.watermark == NOW


def test_spans_do_not_move_the_watermark_while_records_are_held_back() -> None:
    start = NOW - 100 * 86_400
    site = Site(jobs=[job(1, start + 60), job(2, NOW - 60)], held_back=3, watermark=start)

    assert site.push() == 2

    assert site.watermark == start


def test_jobs_with_rows_that_were_set_aside_are_read_by_their_numbers() -> None:
    site = Site(jobs=[job(7, NOW - 90 * 86_400)], watermark=NOW - 10, retry_jobs=(7, 8))

    assert site.push() == 1

    assert site.asked_numbers == [(7, 8)]
    assert [row.job_id for batch in site.batches for row in rows_in(batch)] == [7]


def test_a_day_is_read_anew_for_rows_that_have_no_number() -> None:
    site = Site(watermark=NOW - 10, retries_a_day=True)
    site.push()
    assert site.asked_since == [NOW - 86_400]


def test_watermark_stays_when_the_portal_breaks_off_in_the_middle() -> None:
    site = Site(jobs=[job(1)], watermark=NOW - 500)
    send = site.send_jobs

    def fail_on_rows(batch: JobBatch) -> Watermark:
        if rows_in(batch):
            raise TransientPortalError("503")
        return send(batch)

    site.send_jobs = fail_on_rows  # type: ignore[method-assign]

    with pytest.raises(TransientPortalError):
        site.push()

    assert site.watermark == NOW - 500


def test_site_without_accounts_is_not_searched() -> None:
    site = Site(jobs=[job(1)])

    assert site.push(accounts=()) == 0

    assert site.asked_since == []
    assert site.watermark == NOW


def test_after_a_restart_of_slurmctld_a_day_is_read_anew() -> None:
    site = Site(watermark=NOW - 10, restarted_at=NOW - 60)
    site.push()
    assert site.asked_since == [NOW - 86_400]


def test_long_after_a_restart_only_the_overlap_is_read_anew() -> None:
    site = Site(watermark=NOW - 10, restarted_at=NOW - 3600)
    site.push()
    assert site.asked_since == [NOW - 10 - 300]


def test_history_of_an_adopted_account_is_read_once_from_the_beginning() -> None:
    site = Site(watermark=NOW - 1000, history_of=("elsewhere", "lab"))

    site.push(("lab", "p1"))
    site.push(("lab", "p1"))

    assert site.asked_since == [0, NOW - 1300, NOW - 300]
    assert site.asked_of == [("lab",), ("lab", "p1"), ("lab", "p1")]
    assert [batch.history_of for batch in site.batches if batch.complete_until] == [("lab",), ()]
    assert site.history_of == ("elsewhere",)


def test_history_is_wanted_still_while_records_are_held_back() -> None:
    site = Site(history_of=("lab",), held_back=3, watermark=NOW - 10)

    site.push(("lab",))

    assert site.history_of == ("lab",)
