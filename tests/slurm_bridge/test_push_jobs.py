"""How jobs reach the portal, and when its watermark moves."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import pytest

from slurm_bridge.errors import TransientPortalError, TransientSlurmError
from slurm_bridge.push_jobs import BATCH_ROWS, JobPush
from slurm_bridge.slurm.live import ControllerFigures
from slurm_bridge.wire_accounting import JobBatch, JobRow, Watermark

NOW = 1_800_000_000


def job(number: int) -> JobRow:
    return JobRow(
        db_index=number,
        job_id=number,
        account="p1",
        username="ada",
        partition="h200",
        state="COMPLETED",
        submitted_at=1,
    )


@dataclass
class Site:
    """A source of jobs, a slurmctld and a portal in one."""

    jobs: list[JobRow] = field(default_factory=list)
    held_back: int | Exception | None = 0
    restarted_at: int = 0
    watermark: int = 0
    history_of: tuple[str, ...] = ()
    breaks_after: int | None = None
    batches: list[JobBatch] = field(default_factory=list)
    asked_since: list[int] = field(default_factory=list)
    asked_of: list[tuple[str, ...]] = field(default_factory=list)

    def jobs_since(self, since: int, accounts: Collection[str]) -> Iterator[JobRow]:
        self.asked_since.append(since)
        self.asked_of.append(tuple(accounts))
        for number, row in enumerate(self.jobs):
            if number == self.breaks_after:
                raise TransientSlurmError("slurmdbd went away")
            yield row

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
            complete_until=self.watermark, stored=len(batch.rows), history_of=self.history_of
        )

    def push(self, accounts: Collection[str] = ("p1",)) -> int:
        return JobPush(self, self, self, overlap_seconds=300, clock=lambda: NOW).run(accounts)


def test_first_window_begins_at_the_beginning() -> None:
    site = Site()
    site.push()
    assert site.asked_since == [0]


def test_next_window_overlaps_the_last_one() -> None:
    site = Site(watermark=NOW - 1000)
    site.push()
    assert site.asked_since == [NOW - 1300]


def test_rows_come_in_batches_and_the_watermark_after_the_last() -> None:
    site = Site(jobs=[job(number) for number in range(BATCH_ROWS + 1)])

    assert site.push() == BATCH_ROWS + 1

    assert [len(batch.rows) for batch in site.batches] == [0, BATCH_ROWS, 1, 0]
    assert [batch.complete_until for batch in site.batches] == [None, None, None, NOW]
    assert {batch.read_at for batch in site.batches} == {NOW}


@pytest.mark.parametrize("held_back", [3, None, TransientSlurmError("slurmctld is down")])
def test_watermark_stays_while_slurmctld_may_hold_records_back(
    held_back: int | Exception | None,
) -> None:
    site = Site(jobs=[job(1)], held_back=held_back, watermark=500)

    assert site.push() == 1

    assert site.watermark == 500


def test_watermark_stays_when_slurm_breaks_off_in_the_middle() -> None:
    site = Site(jobs=[job(1), job(2)], breaks_after=1, watermark=500)

    with pytest.raises(TransientSlurmError):
        site.push()

    assert site.watermark == 500


def test_watermark_stays_when_the_portal_breaks_off_in_the_middle() -> None:
    site = Site(jobs=[job(1)], watermark=500)
    send = site.send_jobs

    def fail_on_rows(batch: JobBatch) -> Watermark:
        if batch.rows:
            raise TransientPortalError("503")
        return send(batch)

    site.send_jobs = fail_on_rows  # type: ignore[method-assign]

    with pytest.raises(TransientPortalError):
        site.push()

    assert site.watermark == 500


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
    site = Site(history_of=("lab",), held_back=3)

    site.push(("lab",))

    assert site.history_of == ("lab",)
