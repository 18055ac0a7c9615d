"""The self-check against a portal and a Slurm in memory: what is read anew, what is told."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from slurm_bridge.audit import Key, Seconds, day_bounds, days_between, seconds_within
from slurm_bridge.audit_run import OLDER_DAYS_A_RUN, Audit
from slurm_bridge.audit_words import is_equal, print_check
from slurm_bridge.errors import FatalConfigError, TransientPortalError
from slurm_bridge.nightly_audit import NightlyAudit
from slurm_bridge.wire_accounting import JobBatch, JobRow, Watermark
from slurm_bridge.wire_audit import MOST_DIFFERENCES, UsageCheck, UsageDays, UsedSeconds
from tests.slurm_bridge.test_audit import run

TODAY = date(2026, 11, 25)
YESTERDAY = TODAY - timedelta(days=1)
NOW = day_bounds(TODAY)[0] + 3 * 3600


def on(
    day: date, *, key: int = 1, hours: int = 2, account: str = "p1", user: str = "ada"
) -> JobRow:
    """A run of so many hours in the morning of a day."""
    starts = day_bounds(day)[0] + 3600
    return run(
        db_index=key,
        account=account,
        username=user,
        submitted_at=starts,
        started_at=starts,
        ended_at=starts + hours * 3600,
    )


def summed(rows: Collection[JobRow], first: date, last: date) -> dict[Key, Seconds]:
    found: dict[Key, Seconds] = {}
    for row in rows:
        part = seconds_within(row, day_bounds(first)[0], day_bounds(last)[1], NOW)
        key = (row.account, row.username)
        found[key] = found.get(key, Seconds()) + part
    return found


@dataclass
class World:
    """A portal, a Slurm whose report may miss some of its records, and what was asked."""

    at_portal: dict[int, JobRow] = field(default_factory=dict)
    records_of_slurm: list[JobRow] = field(default_factory=list)
    missed_by_rollup: set[int] = field(default_factory=set)
    accounts: tuple[str, ...] = ("p1",)
    open_days: tuple[date, ...] = ()
    spoilt: dict[date, UsedSeconds] = field(default_factory=dict)
    """What a sum of the portal says that its runs do not."""
    refused: set[tuple[str, str]] = field(default_factory=set)
    read_days: list[date] = field(default_factory=list)
    questions: int = 0
    checks: list[UsageCheck] = field(default_factory=list)

    def usage_days(self, first: date, last: date) -> UsageDays:
        rows = tuple(self.at_portal.values())
        days = [datetime.fromtimestamp(row.started_at or 0, UTC).date() for row in rows]
        spoilt = [used for day, used in self.spoilt.items() if first <= day <= last]
        return UsageDays(
            first_day=first,
            last_day=last,
            since=min(days, default=None),
            accounts=self.accounts,
            open_days=self.open_days,
            rows=tuple(
                UsedSeconds(account=a, username=u, gpu_seconds=s.gpu, cpu_seconds=s.cpu)
                for (a, u), s in summed(rows, first, last).items()
                if a in self.accounts and not spoilt
            )
            + tuple(spoilt),
        )

    def send_jobs(self, batch: JobBatch) -> Watermark:
        self.at_portal |= {row.db_index: row for row in batch.rows}
        if batch.recount is not None:
            assert batch.recount.accounts == ("p1",)
            del self.spoilt[batch.recount.day]
        return Watermark(complete_until=0)

    def send_usage_check(self, check: UsageCheck) -> None:
        self.checks.append(check)

    def used(self, first: date, last: date, accounts: Collection[str]) -> dict[Key, Seconds]:
        self.questions += 1
        seen = [r for r in self.records_of_slurm if r.db_index not in self.missed_by_rollup]
        found = summed([row for row in seen if row.account in accounts], first, last)
        return {key: value for key, value in found.items() if value != Seconds()}

    def between(self, since: int, until: int, accounts: Collection[str]) -> Iterator[JobRow]:
        self.read_days.append(datetime.fromtimestamp((since + until) // 2, UTC).date())
        for row in self.records_of_slurm:
            if (
                row.account in accounts
                and (row.started_at or 0) < until
                and (row.ended_at or 0) > since
            ):
                yield row

    def rolled_up_until(self) -> int | None:
        return NOW

    def associations(self) -> frozenset[Key]:
        return frozenset((row.account, row.username) for row in self.records_of_slurm)

    def reserved(self, day: date) -> dict[Key, Seconds]:
        return {}

    def have(self, *rows: JobRow, portal: bool = True) -> None:
        self.records_of_slurm += rows
        if portal:
            self.at_portal |= {row.db_index: row for row in rows}


@pytest.fixture
def world() -> World:
    return World()


def audit(world: World) -> Audit:
    return Audit("zellik", world, world, world, clock=lambda: NOW)


def test_where_all_is_equal_nothing_is_read_anew(world: World) -> None:
    world.have(on(YESTERDAY), on(YESTERDAY - timedelta(days=200), key=2))
    check = audit(world).run(7)
    assert is_equal(check)
    assert (check.first_day, check.last_day) == (TODAY - timedelta(days=7), YESTERDAY)
    assert world.read_days == []
    assert world.checks == [check]
    assert [item.portal_gpu_seconds for item in check.totals] == [2 * 2 * 7200]
    assert world.questions == 7 + 2, "a question a day, one for all before, one for the sums"


def test_a_day_that_the_portal_lacks_is_read_anew_and_equal_then(world: World) -> None:
    world.have(on(YESTERDAY), on(YESTERDAY - timedelta(days=1), key=2))
    world.have(on(YESTERDAY, key=3, user="bob"), portal=False)
    check = audit(world).run(7)
    assert is_equal(check)
    assert check.days_read_anew == 1
    assert world.read_days == [YESTERDAY]


def test_a_sum_that_is_not_that_of_its_runs_is_added_up_anew(world: World) -> None:
    world.have(on(YESTERDAY))
    world.spoilt[YESTERDAY] = UsedSeconds(
        account="p1", username="ada", gpu_seconds=7, cpu_seconds=0
    )
    check = audit(world).run(7)
    assert is_equal(check)
    assert (check.days_read_anew, world.spoilt) == (1, {})


def test_a_rollup_that_missed_a_run_is_named_and_the_portal_left_alone(world: World) -> None:
    world.have(on(YESTERDAY), on(YESTERDAY, key=2, hours=1))
    world.missed_by_rollup.add(2)
    check = audit(world).run(7)
    (found,) = check.differences
    assert (found.day, found.account, found.username) == (YESTERDAY, "p1", "ada")
    assert found.reason == "rollup_missed"
    assert found.portal_gpu_seconds == found.records_gpu_seconds == 2 * 3 * 3600
    assert found.slurm_gpu_seconds == 2 * 2 * 3600
    assert not is_equal(check)


def test_days_long_ago_that_differ_are_found_by_halving(world: World) -> None:
    long_ago = YESTERDAY - timedelta(days=300)
    for number, day in enumerate(days_between(long_ago, YESTERDAY)):
        world.have(on(day, key=number))
    world.have(on(long_ago + timedelta(days=5), key=1000, hours=3), portal=False)
    check = audit(world).run(7)
    assert is_equal(check)
    assert world.read_days == [long_ago + timedelta(days=5)]
    assert check.older_days == (long_ago + timedelta(days=5),)
    assert world.questions < 40


def test_a_run_finds_so_many_older_days_and_the_newest_first(world: World) -> None:
    days = days_between(YESTERDAY - timedelta(days=100), YESTERDAY - timedelta(days=7))
    for number, day in enumerate(days):
        world.have(on(day, key=number))
    world.have(*(on(day, key=1000 + n, user="bob") for n, day in enumerate(days)))
    world.missed_by_rollup |= set(range(1000, 2000))
    check = audit(world).run(7)
    assert list(check.older_days) == days[-OLDER_DAYS_A_RUN:]
    assert len(check.differences) == OLDER_DAYS_A_RUN


def test_a_day_that_is_known_to_differ_is_looked_at_again(world: World) -> None:
    day = YESTERDAY - timedelta(days=20)
    world.have(on(day - timedelta(days=10)), on(day, key=2))
    world.open_days = (day,)
    check = audit(world).run(7)
    assert check.older_days == (day,)
    assert is_equal(check)


def test_accounts_that_are_not_belfrys_are_not_compared(world: World) -> None:
    world.have(on(YESTERDAY))
    world.have(on(YESTERDAY, key=2, account="physics"), portal=False)
    assert is_equal(audit(world).run(1))


def test_a_site_where_nothing_ever_ran_is_equal(world: World) -> None:
    check = audit(world).run(3)
    assert is_equal(check)
    assert check.totals == ()


def test_more_differences_than_a_message_holds_are_counted(world: World) -> None:
    for number in range(MOST_DIFFERENCES + 5):
        world.have(on(YESTERDAY, key=number, user=f"u{number}"))
    world.missed_by_rollup |= set(range(MOST_DIFFERENCES + 5))
    check = audit(world).run(1)
    assert len(check.differences) == MOST_DIFFERENCES
    assert check.differences_left_out == 5


def test_what_a_terminal_shows_names_day_user_figures_and_reason(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    world.have(on(YESTERDAY), on(YESTERDAY, key=2, hours=1))
    world.missed_by_rollup.add(2)
    check = audit(world).run(1)
    print_check(check, as_json=False)
    said = capsys.readouterr().out
    for words in ("2026-11-24", "p1", "ada", "21,600", "14,400", "before all records had come"):
        assert words in said
    print_check(check, as_json=True)
    assert UsageCheck.model_validate_json(capsys.readouterr().out) == check


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> float:
        return self.now.timestamp()


def nightly(world: World, clock: Clock, folder: Path) -> NightlyAudit:
    return NightlyAudit(
        Audit("zellik", world, world, world, clock), time(3), 7, folder / "audited", clock
    )


def test_each_night_is_checked_once_whatever_restarts(world: World, tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert not nightly(world, clock, tmp_path).run_if_due(), "a new site waits for its first night"
    clock.now = datetime(2026, 11, 25, 2, 59, tzinfo=UTC)
    assert not nightly(world, clock, tmp_path).run_if_due()
    clock.now = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    assert nightly(world, clock, tmp_path).run_if_due()
    assert not nightly(world, clock, tmp_path).run_if_due()
    clock.now = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
    assert not nightly(world, clock, tmp_path).run_if_due()
    assert len(world.checks) == 1


def test_nights_that_were_missed_are_made_up_for_by_one_check(world: World, tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 11, 10, 12, tzinfo=UTC))
    nightly(world, clock, tmp_path).run_if_due()
    clock.now = datetime(2026, 11, 25, 1, tzinfo=UTC)
    assert nightly(world, clock, tmp_path).run_if_due(), "yesterday at three is past"
    (check,) = world.checks
    assert check.first_day == date(2026, 11, 25) - timedelta(days=7 + 13)
    assert not nightly(world, clock, tmp_path).run_if_due()


def test_a_check_that_fails_stays_due(world: World, tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))
    due = nightly(world, clock, tmp_path)
    due.run_if_due()
    clock.now += timedelta(days=1)

    def away(first: date, last: date) -> UsageDays:
        raise TransientPortalError("away")

    working, world.usage_days = world.usage_days, away  # type: ignore[method-assign]
    with pytest.raises(TransientPortalError):
        due.run_if_due()
    world.usage_days = working  # type: ignore[method-assign]
    assert due.run_if_due()


@pytest.mark.parametrize("content", ["", "yesterday", "2026-11-24", "\xff"])
def test_a_spoilt_note_begins_anew(world: World, tmp_path: Path, content: str) -> None:
    (tmp_path / "audited").write_text(content, encoding="latin-1")
    clock = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert not nightly(world, clock, tmp_path).run_if_due()
    clock.now += timedelta(days=1)
    assert nightly(world, clock, tmp_path).run_if_due()


def test_a_folder_that_cannot_be_written_is_named(world: World, tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))
    with pytest.raises(FatalConfigError, match="cannot write"):
        nightly(world, clock, tmp_path / "nowhere").run_if_due()
