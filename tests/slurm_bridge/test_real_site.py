"""A whole cycle on the testbed's clusters."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from slurm_bridge.cycle import Cycle
from slurm_bridge.readiness import ReadinessCheck
from slurm_bridge.slurm.accounting import JobReader
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.site import SlurmSite
from slurm_bridge.wire import DesiredAccount, DesiredState, SyncReport
from slurm_bridge.wire_accounting import JobRow
from tests.slurm_bridge.clusters import PARTITION, SITE, ClusterUnderTest, real_cluster
from tests.slurm_bridge.portions import rows_of
from tests.slurm_bridge.worlds import desired_state
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm

HOSTILE = "a|b\tc\x1fd\n99|99|99|physics|1|1|2|00:00:00|COMPLETED\n"


@dataclass
class RealSite:
    """A real cluster with one project that does not exist yet."""

    testbed: Testbed
    cluster: ClusterUnderTest
    slurm: SlurmSite
    cycle: Cycle

    @property
    def commands(self) -> Commands:
        return self.slurm.commands

    @property
    def member(self) -> str:
        return self.cluster.users[0].username

    @property
    def account(self) -> str:
        return self.cluster.name("p")

    def desired(self, gpu_minutes: int = 60, **changes: object) -> DesiredState:
        name = self.account
        project = {
            "name": name,
            "parent": self.cluster.name("t"),
            "owner_mark": f"belfry-{name}",
            "qos": name,
            "members": (self.member,),
            "partitions": (PARTITION,),
        }
        tree = DesiredAccount(
            name=self.cluster.name("t"), parent="root", owner_mark="belfry-test-tree"
        )
        state = desired_state(
            DesiredAccount.model_validate(project | changes),
            users=self.cluster.users,
            gpu_minutes=gpu_minutes,
        )
        return state.model_copy(update={"accounts": (tree, state.accounts[-1])})

    def run(self, gpu_minutes: int = 60, **changes: object) -> SyncReport:
        return self.cycle.run(self.desired(gpu_minutes, **changes))

    def sbatch(self, *options: str, script: str = "true") -> subprocess.CompletedProcess[str]:
        return self.testbed.as_user(
            SITE,
            self.member,
            "sbatch",
            "--parsable",
            f"--account={self.account}",
            f"--partition={PARTITION}",
            "--output=/dev/null",
            "--time=5",
            *options,
            f"--wrap={script}",
        )

    def submit(self, *options: str, script: str = "true") -> str:
        done = self.sbatch(*options, script=script)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def queue(self) -> str:
        options = ("--noheader", f"--account={self.account}", "--format=%i %T")
        return self.commands.read("squeue", *options)

    def jobs(self) -> list[JobRow]:
        found = rows_of(JobReader(self.commands, SITE).portions_between(0, None, [self.account]))
        return [row for row in found if isinstance(row, JobRow)]


@pytest.fixture
def site(testbed: Testbed, tmp_path: Path) -> Iterator[RealSite]:
    with real_cluster(testbed, tmp_path) as cluster:
        slurm = cluster.slurm
        assert isinstance(slurm, SlurmSite)
        cycle = Cycle(SITE, slurm, cluster.directory, ReadinessCheck(slurm))
        real = RealSite(testbed, cluster, slurm, cycle)
        yield real
        slurm.commands.attempt("scancel", f"--account={real.account}")
        wait_until(lambda: not real.queue())


def wait_until(happened: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_project_is_granted_and_its_member_submits_at_once(site: RealSite) -> None:
    report = site.run()

    assert [result.reason for result in report.results if result.outcome != "applied"] == []
    assert [verdict.accepted for verdict in report.readiness] == [True]
    assert site.sbatch("--gres=gpu:1").returncode == 0
    assert site.run().results == ()


def test_job_beyond_the_budget_is_refused_at_sbatch(site: RealSite) -> None:
    site.run(gpu_minutes=9)

    assert site.sbatch("--gres=gpu:2", "--time=5").returncode != 0
    assert site.sbatch("--gres=gpu:1", "--time=5").returncode == 0


def test_suspended_project_keeps_its_jobs_and_gets_no_new_ones(site: RealSite) -> None:
    site.run()
    site.submit("--gres=gpu:1", script="sleep 60")
    wait_until(lambda: "RUNNING" in site.queue())

    site.run(suspended=True)

    assert site.sbatch("--gres=gpu:1").returncode != 0
    assert "RUNNING" in site.queue()
    site.run()
    assert site.sbatch("--gres=gpu:1").returncode == 0


def test_former_member_keeps_a_running_job_and_is_removed_after_it(site: RealSite) -> None:
    site.run()
    job = site.submit("--gres=gpu:1", script="sleep 60")
    wait_until(lambda: "RUNNING" in site.queue())

    (waiting,) = site.run(members=()).results

    assert waiting.outcome == "deferred"
    assert "RUNNING" in site.queue()
    assert site.sbatch("--gres=gpu:1").returncode != 0
    site.commands.read("scancel", job)
    wait_until(lambda: not site.queue())
    (removed,) = site.run(members=()).results
    assert removed.outcome == "applied"


def test_default_account_moves_before_its_member_leaves(site: RealSite) -> None:
    site.run()
    foreign = site.cluster.name("f")
    site.slurm.create_accounts([foreign], "root", "of the physicists", None)
    site.slurm.add_members([foreign], [site.member])

    report = site.run(members=())

    told = [(item.change.kind, item.outcome) for item in report.results]
    assert told == [("move_default_account", "applied"), ("remove_member", "applied")]
    assert site.slurm.default_accounts([site.member]) == {site.member: foreign}


def test_what_was_changed_by_hand_is_put_right(site: RealSite) -> None:
    site.run()
    name = site.account
    account = ("modify", "account", "where", f"name={name}", f"cluster={SITE}", "set")
    for words in (
        ("modify", "qos", "where", f"name={name}", "set", "GrpTRESMins=gres/gpu=9999"),
        ("modify", "qos", "where", f"name={name}", "set", "Flags-=NoDecay"),
        (*account, "parent=root"),
        (*account, "QosLevel=normal", "DefaultQOS=normal"),
        (*account, "GrpSubmitJobs=0"),
        ("delete", "user", "where", f"name={site.member}", f"account={name}"),
        ("add", "user", site.cluster.make_user(1), f"account={name}", f"cluster={SITE}"),
    ):
        site.commands.read("sacctmgr", "-i", *words)
    site.commands.read("scontrol", "reconfigure")

    report = site.run()

    assert {result.outcome for result in report.results} == {"applied"}
    told = {item.change.kind: item for item in report.drift or ()}
    assert all(item.corrected for item in told.values())
    assert (told["set_qos_budget"].expected, told["set_qos_budget"].found) == ("60", "9999")
    assert (told["move_account"].expected, told["move_account"].found) == (
        site.cluster.name("t"),
        "root",
    )
    assert told.keys() == {result.change.kind for result in report.results}
    assert {result.change.kind for result in report.results} >= {
        "set_qos_budget",
        "set_qos_flags",
        "move_account",
        "set_account_qos",
        "resume_account",
        "add_member",
        "remove_member",
        "open_partition",
    }
    assert site.run().results == ()


def test_member_whose_identity_came_after_the_association_is_still_accepted(
    site: RealSite,
) -> None:
    site.run(members=())
    site.slurm.add_members([site.account], [site.member])
    site.commands.read("userdel", "--force", site.member)
    site.slurm.remove_members([site.account], [site.member])
    site.slurm.add_members([site.account], [site.member])

    report = site.run()

    assert [verdict.accepted for verdict in report.readiness] == [True]


def test_foreign_account_of_the_same_name_is_left_alone(site: RealSite) -> None:
    site.slurm.create_accounts([site.account], "root", "of the physicists", None)

    report = site.run()

    assert f"account {site.account}" in {item.subject for item in report.conflicts}
    found = site.cluster.account(site.account)
    assert found is not None
    assert (found.parent, found.description) == ("root", "of the physicists")


def test_jobs_are_read_once_each_with_their_true_names(site: RealSite) -> None:
    site.run()
    site.submit("--gres=gpu:2", f"--job-name={HOSTILE}")
    array = int(site.submit("--gres=gpu:1", "--array=3-5"))
    requeued = int(site.submit("--gres=gpu:1", "--requeue", script="sleep 60"))
    wait_until(lambda: f"{requeued} RUNNING" in site.queue())
    site.commands.read("scontrol", "requeue", str(requeued))
    running = int(site.submit("--gres=gpu:1", script="sleep 60"))
    wait_until(lambda: len([row for row in site.jobs() if row.state == "COMPLETED"]) == 4)
    wait_until(lambda: any(row.job_id == running for row in site.jobs()))

    rows = site.jobs()

    assert len({row.db_index for row in rows}) == len(rows)
    (hostile,) = [row for row in rows if row.gpus == 2]
    assert hostile.name.split() == HOSTILE.split()
    tasks = {row.array_task_id for row in rows if row.array_job_id == array}
    assert tasks == {3, 4, 5}
    assert "REQUEUED" in {row.state for row in rows if row.job_id == requeued}
    (alive,) = [row for row in rows if row.job_id == running]
    assert (alive.state, alive.ended_at, alive.gpus) == ("RUNNING", None, 1)


def test_seconds_equal_slurms_own_total(site: RealSite) -> None:
    site.run()
    for gpus in (1, 2, 4):
        site.submit(f"--gres=gpu:{gpus}", script="sleep 2")
    wait_until(lambda: not site.queue())
    wait_until(lambda: all(row.ended_at for row in site.jobs()) and len(site.jobs()) == 3)

    rows = site.jobs()
    ours = sum(row.gpus * ((row.ended_at or 0) - (row.started_at or 0)) for row in rows)

    first = min(row.started_at or 0 for row in rows)
    day, end = (time.strftime("%Y-%m-%dT%H:00:00", time.gmtime(t)) for t in (first, first + 7200))
    site.commands.read("sacctmgr", "-i", "rollup", day, end)
    table = site.commands.read(
        "sreport", "-nP", "-t", "Seconds", "-T", "gres/gpu", "cluster",
        "AccountUtilizationByUser", f"Start={day}", f"End={end}",
        f"Accounts={site.account}", f"Users={site.member}",
        "format=Login,Used",
    )  # fmt: skip
    assert [int(line.split("|")[-1]) for line in table.splitlines() if line] == [ours], json.dumps(
        [row.model_dump() for row in rows]
    )
