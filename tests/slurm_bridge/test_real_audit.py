"""The self-check on real Slurm: equal where Slurm is whole, and each way in which it may not be."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from deploy.testbed.history import Accounting, gpu_tres, next_job_id, past_cluster, project_members
from deploy.testbed.history_tables import CPU, load_statements, write_job_rows
from deploy.testbed.layout import ZELLIK
from deploy.testbed.past_jobs import NO_ARRAY_TASK, History, Member, PastPartition, PastRun, State
from deploy.testbed.settings import require_settings
from slurm_bridge.audit import Seconds, day_bounds, seconds_within
from slurm_bridge.audit_run import Audit
from slurm_bridge.audit_words import is_equal
from slurm_bridge.slurm.past_runs import PastRuns
from slurm_bridge.slurm.sreport import UsageReport
from slurm_bridge.wire_accounting import JobBatch, JobRow, Watermark
from slurm_bridge.wire_audit import UsageCheck, UsageDays, UsageDifference, UsedSeconds
from tests.slurmdbd_zones import clocks_changed_on, slurmdbd_in
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm
HOUR = 3600
PARTITION = PastPartition("h200", "zellik-gpu", 2, 4)
# Users of every Debian: slurmdbd needs their names, and nothing runs as them.
USERS = ("daemon", "games")


def yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)


@dataclass
class PortalOfOneAccount:
    """A portal that keeps the runs it is sent."""

    account: str
    runs: dict[int, JobRow] = field(default_factory=dict)

    def send_jobs(self, batch: JobBatch) -> Watermark:
        self.runs |= {row.db_index: row for row in batch.rows}
        return Watermark(complete_until=0)

    def send_usage_check(self, check: UsageCheck) -> None:
        assert UsageCheck.model_validate_json(check.model_dump_json()) == check

    def usage_days(self, first: date, last: date) -> UsageDays:
        used: dict[str, Seconds] = {}
        for row in self.runs.values():
            part = seconds_within(row, day_bounds(first)[0], day_bounds(last)[1], int(time.time()))
            used[row.username] = used.get(row.username, Seconds()) + part
        return UsageDays(
            first_day=first,
            last_day=last,
            since=yesterday() - timedelta(days=20),
            accounts=(self.account,),
            rows=tuple(
                UsedSeconds(account=self.account, username=u, gpu_seconds=s.gpu, cpu_seconds=s.cpu)
                for u, s in used.items()
            ),
        )


@dataclass
class Site:
    """An account of Zellik with two users, of which a portal knows nothing yet."""

    testbed: Testbed
    account: str
    accounting: Accounting
    portal: PortalOfOneAccount

    def check(self, days: int = 3) -> UsageCheck:
        commands = self.testbed.commands(ZELLIK.name)
        report = UsageReport(commands, ZELLIK.name)
        return Audit(ZELLIK.name, report, PastRuns(commands, ZELLIK.name), self.portal).run(days)

    def tell_portal(self, day: date) -> None:
        """The portal has had the records of a day, whatever is rolled up."""
        records = PastRuns(self.testbed.commands(ZELLIK.name), ZELLIK.name)
        rows = tuple(records.between(*day_bounds(day), [self.account]))
        self.portal.send_jobs(JobBatch(read_at=int(time.time()), rows=rows))

    def only_difference(self) -> UsageDifference:
        (found,) = self.check().differences
        return found

    def member(self, user: str = USERS[0]) -> Member:
        members = project_members(self.accounting, self.account)
        return next(item for item in members if item.user == user)

    def ran(
        self,
        *,
        user: str = USERS[0],
        day: date | None = None,
        hour: float = 10,
        hours: float = 2,
        suspended: int = 0,
    ) -> None:
        """A run is in slurmdbd's tables; it is not rolled up."""
        begins = day_bounds(day or yesterday())[0] + int(hour * HOUR)
        first_id = next_job_id(self.accounting)
        run = PastRun(
            member=self.member(user), partition=PARTITION, job_id=first_id, array_job_id=0,
            array_task=NO_ARRAY_TASK, name="past", cpus=8, gpus=2, first_node=1, nodes=1,
            state=State.COMPLETED, exit_code=0, timelimit_minutes=600, submitted=begins - 5,
            started=begins, ended=begins + int(hours * HOUR), suspended_seconds=suspended,
        )  # fmt: skip
        path = self.accounting.layout.state / f"audit-{self.account}.tsv"
        write_job_rows(path, [run], gpu_tres(self.accounting))
        self.accounting.sql(load_statements(ZELLIK.name, path, first_id))
        path.unlink()

    def roll_up(self, until: date | None = None) -> None:
        """Slurm adds up three weeks, as far as the beginning of a day."""
        today = yesterday() + timedelta(days=1)
        days = (today - timedelta(days=22), until or today)
        # In UTC, like a bridge's commands: Django gives this process another time zone.
        commands = self.testbed.commands(ZELLIK.name)
        commands.read("sacctmgr", "-i", "rollup", *(f"{day}T00:00:00" for day in days))


def a_month_of_past() -> History:
    """sreport is silent about days on which there was no cluster yet."""
    now = int(time.time())
    return History(
        members=(), partitions=(PARTITION,), jobs=1, starts=now - 30 * 24 * HOUR, ends=now,
        first_job_id=0, seed=1,
    )  # fmt: skip


@pytest.fixture
def site(testbed: Testbed) -> Iterator[Site]:
    account = f"au{secrets.token_hex(4)}"
    here = f"cluster={ZELLIK.name}"
    testbed.slurm(ZELLIK.name, "sacctmgr", "-i", "add", "account", account, here)
    users = ",".join(USERS)
    testbed.slurm(ZELLIK.name, "sacctmgr", "-i", "add", "user", users, f"account={account}", here)
    accounting = Accounting(testbed.layout, ZELLIK, require_settings(testbed.layout))
    accounting.sql(past_cluster(accounting, a_month_of_past()))
    yield Site(testbed, account, accounting, PortalOfOneAccount(account))
    # Runs of the past would otherwise be of no account.
    accounting.sql(f"DELETE FROM zellik_job_table WHERE account = '{account}';")
    testbed.commands(ZELLIK.name).attempt("sacctmgr", "-i", "delete", "account", account, here)


def test_all_that_slurm_has_rolled_up_is_equal_to_the_second(site: Site) -> None:
    site.ran(hour=10)
    site.ran(user=USERS[1], day=yesterday() - timedelta(days=1), hour=20.21, hours=9.87)
    site.ran(day=yesterday() - timedelta(days=15), hour=23.9, hours=0.3)
    site.roll_up()
    check = site.check()
    assert is_equal(check)
    assert check.days_read_anew == 4, "the portal had nothing; two runs went over midnight"
    assert [item.slurm_gpu_seconds for item in check.totals] == [
        2 * sum(int(hours * HOUR) for hours in (2, 9.87, 0.3))
    ]
    assert site.check().days_read_anew == 0
    assert check.rolled_up_until == day_bounds(yesterday())[1]


def test_a_day_that_slurm_has_not_rolled_up_yet_is_named(site: Site) -> None:
    site.roll_up(until=yesterday())
    site.ran()
    site.tell_portal(yesterday())
    found = site.only_difference()
    assert (found.reason, found.slurm_gpu_seconds) == ("rollup_late", 0)
    assert found.detail.startswith(f"{yesterday()}T00:00:00")
    site.roll_up()
    assert is_equal(site.check())


def test_a_record_that_came_after_the_rollup_is_named(site: Site) -> None:
    site.ran()
    site.roll_up()
    site.ran(hour=15, hours=1)
    found = site.only_difference()
    assert found.reason == "rollup_missed"
    assert found.portal_gpu_seconds == found.records_gpu_seconds == 3 * 2 * HOUR
    assert found.slurm_gpu_seconds == 2 * 2 * HOUR
    site.roll_up()
    assert is_equal(site.check())


def test_a_deleted_account_still_counts_and_a_lost_association_is_named(site: Site) -> None:
    site.ran()
    site.ran(user=USERS[1])
    lost = site.member(USERS[1]).association_id
    site.roll_up()
    site.testbed.slurm(
        ZELLIK.name, "sacctmgr", "-i", "delete", "account", site.account, "cluster=zellik"
    )
    assert is_equal(site.check())
    site.accounting.sql(f"DELETE FROM zellik_assoc_table WHERE id_assoc = {lost};")
    found = site.only_difference()
    assert (found.username, found.reason) == (USERS[1], "association_deleted")
    assert (found.slurm_gpu_seconds, found.records_gpu_seconds) == (0, 2 * 2 * HOUR)


def test_idle_time_of_a_reservation_is_named_and_not_the_projects_use(site: Site) -> None:
    site.ran()
    number = site.member().association_id
    begins = day_bounds(yesterday())[0] + 14 * HOUR
    tres = f"{CPU}=8,{gpu_tres(site.accounting)}=2"
    site.accounting.sql(
        "INSERT INTO zellik_resv_table (id_resv, deleted, assoclist, flags, nodelist, node_inx,"
        " resv_name, time_start, time_end, tres, unused_wall) VALUES"
        f" ({number}, 0, '{number}', 0, 'zellik-gpu1', '0', 'held', {begins}, {begins + HOUR},"
        f" '{tres}', 0);"
    )
    try:
        site.roll_up()
        found = site.only_difference()
    finally:
        site.accounting.sql(f"DELETE FROM zellik_resv_table WHERE id_resv = {number};")
    assert found.reason == "reservation"
    assert found.slurm_gpu_seconds - found.portal_gpu_seconds == 2 * HOUR
    site.roll_up()
    assert site.only_difference().reason == "sums_stale", "an hour without use is not added up anew"
    forget_sums(site)
    site.roll_up()
    assert is_equal(site.check())


def test_suspended_time_before_midnight_moves_cpu_time_between_days_only(site: Site) -> None:
    site.ran(day=yesterday() - timedelta(days=1), hour=22, hours=4, suspended=HOUR)
    site.roll_up()
    check = site.check()
    assert {item.reason for item in check.differences} == {"suspension_spread"}
    assert len(check.differences) == 2
    for item in check.differences:
        assert item.portal_gpu_seconds == item.slurm_gpu_seconds
    (total,) = check.totals
    assert total.portal_cpu_seconds == total.slurm_cpu_seconds == 8 * 3 * HOUR


def forget_sums(site: Site) -> None:
    ids = ",".join(str(site.member(user).association_id) for user in USERS)
    for kind in ("hour", "day", "month"):
        site.accounting.sql(f"DELETE FROM zellik_assoc_usage_{kind}_table WHERE id IN ({ids});")


def over_midnights(site: Site) -> None:
    site.ran(day=yesterday() - timedelta(days=1), hour=23.9, hours=3)
    site.ran(user=USERS[1], hour=22, hours=5)


def test_a_database_some_hours_away_makes_no_difference(site: Site) -> None:
    over_midnights(site)
    with slurmdbd_in(site.testbed, site.accounting, "America/New_York"):
        forget_sums(site)
        site.roll_up()
        check = site.check()
    assert is_equal(check)
    assert check.days_read_anew > 0


def test_nights_on_which_the_clocks_of_the_database_changed_make_no_difference(
    site: Site,
) -> None:
    before = yesterday() - timedelta(days=1)
    for day in (before, yesterday()):
        site.ran(day=day, hour=0.5, hours=3)
        site.ran(user=USERS[1], day=day, hour=1.7, hours=0.6)
    over_midnights(site)
    zone = clocks_changed_on(forward=before, back=yesterday())
    with slurmdbd_in(site.testbed, site.accounting, zone):
        forget_sums(site)
        site.roll_up()
        check = site.check()
    assert is_equal(check)
    assert check.days_read_anew == 2


def test_a_database_half_an_hour_away_is_known_by_its_figures(site: Site) -> None:
    over_midnights(site)
    with slurmdbd_in(site.testbed, site.accounting, "Asia/Kolkata"):
        forget_sums(site)
        site.roll_up()
        check = site.check()
    assert {item.reason for item in check.differences} == {"hours_shifted"}
    assert {item.detail for item in check.differences} == {"-30 min"}
    forget_sums(site)
    site.roll_up()
    assert is_equal(site.check())


def test_a_check_of_many_accounts_costs_one_report_a_day(site: Site) -> None:
    site.ran()
    site.roll_up()
    site.check()
    commands = site.testbed.commands(ZELLIK.name)
    audit = Audit(
        ZELLIK.name,
        UsageReport(commands, ZELLIK.name),
        PastRuns(commands, ZELLIK.name),
        site.portal,
    )
    audit.run(7)
    # A report for each day, one for all before, one for the sums; and how far hours are rolled up.
    assert commands.started == 7 + 2 + 1
