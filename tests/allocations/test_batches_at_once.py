"""Batches of a site that arrive at the same moment are stored as if one came after the other."""

import random
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from allocations.actions import job_table, usage
from allocations.actions.month_indexes import make_indexes
from allocations.models import Job, Project, Site, SiteStatus
from slurm_bridge.wire_accounting import JobRow
from tests.allocations.plain_count import Reading, counted_by_the_portal, counted_plainly
from tests.allocations.together import together
from tests.allocations.usage_world import DAY, MIDNIGHT, push

READ_AT = MIDNIGHT + 50 * DAY
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def zellik(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(usage, "MANY", 2)
    yield Site.objects.get(code="zellik")
    # Months outlive these tests, and others want their indexes.
    make_indexes(until=timezone.now())


def runs(project: Project, numbers: range, *, days: int = 40) -> list[JobRow]:
    """Runs over two months, whose days and months are those of one another."""
    return [
        JobRow(
            db_index=number, job_id=number, account=project.name, username=f"u{number % 3}",
            partition="h200", state="FAILED" if number % 5 == 0 else "COMPLETED",
            submitted_at=MIDNIGHT + (number * 7919) % (days * DAY),
            started_at=MIDNIGHT + (number * 7919) % (days * DAY) + number % 900,
            ended_at=MIDNIGHT + (number * 7919) % (days * DAY) + 50_000,
            gpus=1 + number % 4, cpus=8, nodes=1,
        )
        for number in numbers
    ]  # fmt: skip


def assert_counted(rows: list[JobRow]) -> None:
    assert Job.objects.count() == len({(row.db_index, row.submitted_at) for row in rows})
    assert counted_by_the_portal() == counted_plainly(Reading(READ_AT, row) for row in rows)


def test_news_of_eight_batches_are_stored_once_and_counted_once(
    project: Project, zellik: Site
) -> None:
    parts = [runs(project, range(start, start + 60)) for start in range(0, 480, 60)]
    assert not together(*(lambda rows=rows: push(zellik, *rows, read_at=READ_AT) for rows in parts))
    assert_counted([row for rows in parts for row in rows])


def test_batches_that_share_runs_are_stored_once_in_whatever_order_their_rows_come(
    project: Project, zellik: Site
) -> None:
    chance = random.Random(3)
    parts = [runs(project, range(start, start + 90)) for start in range(0, 240, 30)]
    for rows in parts:
        chance.shuffle(rows)
    assert not together(*(lambda rows=rows: push(zellik, *rows, read_at=READ_AT) for rows in parts))
    assert_counted([row for rows in parts for row in rows])


def test_news_are_written_while_another_batch_is_counted(project: Project, zellik: Site) -> None:
    """And wait for it to be counted themselves."""
    push(zellik, *runs(project, range(2)), read_at=READ_AT)
    counting, may_go_on, written = Event(), Event(), Event()

    def count(self: job_table.WrittenRuns, plain: object = job_table.WrittenRuns.count) -> None:
        if counting.is_set():
            raise AssertionError("counted beside another batch")
        counting.set()
        assert may_go_on.wait(20)
        counting.clear()
        plain(self)  # type: ignore[operator]

    def write(
        self: job_table.WrittenRuns,
        *,
        all_are_news: bool,
        plain: object = job_table.WrittenRuns.write,
    ) -> None:
        plain(self, all_are_news=all_are_news)  # type: ignore[operator]
        if counting.is_set():
            written.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job_table.WrittenRuns, "count", count)
        patch.setattr(job_table.WrittenRuns, "write", write)
        threads = [Thread(target=_push, args=(zellik, runs(project, range(10, 40))))]
        threads[0].start()
        assert counting.wait(20)
        threads.append(Thread(target=_push, args=(zellik, runs(project, range(40, 70)))))
        threads[1].start()
        assert written.wait(20), "the second batch waits before it writes"
        may_go_on.set()
        for thread in threads:
            thread.join(30)
    assert_counted(runs(project, range(2)) + runs(project, range(10, 70)))


def test_a_batch_of_which_one_run_is_known_leaves_nothing_twice(
    project: Project, zellik: Site
) -> None:
    known = runs(project, range(30, 31))
    push(zellik, *known, read_at=READ_AT)
    rows = runs(project, range(60))
    assert push(zellik, *rows, read_at=READ_AT).stored == 60
    assert_counted(rows)
    assert SiteStatus.objects.filter(site=zellik).count() == 1


def _push(site: Site, rows: list[JobRow]) -> None:
    push(site, *rows, read_at=READ_AT)
    connection.close()


def test_batch_that_takes_longer_than_its_bridge_waits_leaves_nothing_and_comes_again(
    project: Project, zellik: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_table, "STATEMENT_MILLISECONDS", 200)
    rows = runs(project, range(60))
    held, let_go = Event(), Event()

    def hold_what_is_counted() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE allocations_queuewait IN EXCLUSIVE MODE")
            held.set()
            let_go.wait(30)
        connection.close()

    holder = Thread(target=hold_what_is_counted)
    holder.start()
    try:
        assert held.wait(30)
        with pytest.raises(OperationalError, match="statement timeout"):
            push(zellik, *rows, read_at=READ_AT)
    finally:
        let_go.set()
        holder.join()
    assert not Job.objects.exists()

    push(zellik, *rows, read_at=READ_AT)

    assert_counted(rows)
