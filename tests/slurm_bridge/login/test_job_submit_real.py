"""Real jobs on a real cluster: what people read in their terminal."""

import json
import os
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from deploy.testbed.layout import REPOSITORY, site_named
from deploy.testbed.shell import run_as
from slurm_bridge.as_root import AsRoot
from slurm_bridge.cycle import Cycle
from slurm_bridge.doctor import Doctor
from slurm_bridge.doctor_rights import Rights
from slurm_bridge.login.publish import LoginFiles
from slurm_bridge.readiness import ReadinessCheck
from slurm_bridge.slurm.budgets import BudgetReader
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.site import SlurmSite
from tests.slurm_bridge.clusters import PARTITION, SITE, real_cluster
from tests.slurm_bridge.login.lua_host import PORTAL
from tests.slurm_bridge.test_real_site import RealSite, wait_until
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm


@pytest.fixture
def files(testbed: Testbed) -> Iterator[LoginFiles]:
    """What Zellik's bridge writes, where Zellik's slurmctld looks."""
    folder = testbed.layout.login_folder(site_named(SITE))
    for path in (folder, *folder.rglob("*")):
        if path.exists():
            os.chown(path, 0, 0)  # The end-to-end tests' bridge is a user of its own.
    yield LoginFiles(folder, BudgetReader(_commands(testbed)).figures, SITE, PORTAL, "slurm")
    for path in folder.glob("submit.tsv"):
        path.unlink()


@pytest.fixture
def site(testbed: Testbed, tmp_path: Path, files: LoginFiles) -> Iterator[RealSite]:
    with real_cluster(testbed, tmp_path) as cluster:
        slurm = cluster.slurm
        assert isinstance(slurm, SlurmSite)
        readiness = ReadinessCheck(slurm)
        cycle = Cycle(SITE, slurm, cluster.directory, readiness, publish=files.publish)
        real = RealSite(testbed, cluster, slurm, cycle)
        yield real
        slurm.commands.attempt("scancel", f"--account={real.account}")
        wait_until(lambda: not real.queue())


def _commands(testbed: Testbed) -> Commands:
    return testbed.commands(SITE)


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0
    return done.stderr


def test_member_is_told_at_sbatch_what_is_wrong_and_where_to_go(site: RealSite) -> None:
    report = site.run(gpu_minutes=90)
    assert [verdict.accepted for verdict in report.readiness] == [True]

    over = refusal(site.sbatch("--gres=gpu:2", "--time=60"))
    no_account = refusal(
        site.testbed.as_user(SITE, site.member, "sbatch", "--output=/dev/null", "--wrap=true")
    )
    kind = refusal(site.sbatch("--gres=gpu:a100:1"))

    assert f"sbatch: error: Project {site.account} has 1.5 of 1.5 GPU-hours left" in over
    assert "this job could need 2 (2 GPUs for 1 h)" in over
    assert f"{PORTAL}/projects/{site.account}/" in over
    assert f"add --account=PROJECT, or set SBATCH_ACCOUNT. Your projects here: {site.account}." in (
        no_account
    )
    assert "has no GPUs of type a100. Write --gres=gpu:h200:N" in kind
    assert site.sbatch("--gres=gpu:h200:1").returncode == 0
    assert site.sbatch("--gres=gpu:1").returncode == 0


def test_closed_project_says_why_and_an_open_one_again_takes_jobs(site: RealSite) -> None:
    site.run(suspended=True, closed_because="the report is late")
    suspended = refusal(site.sbatch("--gres=gpu:1"))
    site.run(suspended=True, ends_on=date(2026, 3, 31))
    expired = refusal(site.sbatch("--gres=gpu:1"))
    report = site.run(ends_on=date(2036, 3, 31))

    assert "takes no new jobs: suspended: the report is late." in suspended
    assert f"Project {site.account} expired; its last day was 2026-03-31." in expired
    # The file is written before the test submission, which would be refused by the old one.
    assert [verdict.accepted for verdict in report.readiness] == [True]
    assert site.sbatch("--gres=gpu:1").returncode == 0


def test_partition_and_project_of_others_are_named_as_such(site: RealSite) -> None:
    site.run(partitions=())
    partition = refusal(site.sbatch("--gres=gpu:1"))
    site.run(members=())
    member = refusal(site.sbatch("--gres=gpu:1"))

    assert f"Partition {PARTITION} is not open to project {site.account}" in partition
    assert f"You are no member of project {site.account}. You have no project here." in member


def test_old_or_missing_file_leaves_the_decision_to_slurm(
    site: RealSite, files: LoginFiles
) -> None:
    site.run(gpu_minutes=9)
    files.clock = lambda: time.time() - 700
    files.refresh()
    old = refusal(site.sbatch("--gres=gpu:2"))
    (files.folder / "submit.tsv").unlink()
    missing = refusal(site.sbatch("--gres=gpu:2"))

    for told in (old, missing):
        assert "GPU-hours" not in told
        assert "Job violates accounting/QOS policy" in told
    assert site.sbatch("--gres=gpu:1").returncode == 0


def test_running_job_counts_as_reserved_and_what_it_used_as_used(
    site: RealSite, files: LoginFiles
) -> None:
    site.run(gpu_minutes=600)
    site.submit("--gres=gpu:2", script="sleep 120")
    wait_until(lambda: "RUNNING" in site.queue())

    counter = files.figures().counters[site.account]

    assert counter.used + counter.reserved in (9, 10)
    assert files.figures().gpu_types[PARTITION] == ("h200",)


def test_slurmctld_reads_what_other_users_cannot(site: RealSite, files: LoginFiles) -> None:
    site.run()
    listing = files.folder / "submit.tsv"

    as_member = site.testbed.as_user(SITE, site.member, "cat", str(listing))
    as_slurm = site.testbed.as_user(SITE, "slurm", "head", "-c5", str(listing))

    assert as_member.returncode != 0
    assert as_slurm.stdout.startswith("belfr"), as_slurm.stderr


def test_doctor_has_nothing_against_the_plugin(testbed: Testbed, tmp_path: Path) -> None:
    commands = _commands(testbed)
    doctor = Doctor(commands, SITE, Rights(AsRoot(commands), SITE, tmp_path))
    found = next(item for item in doctor.findings() if item.check == "JobSubmitPlugins")
    assert (found.level, found.found) == ("ok", "lua")


def belfry(site: RealSite, *arguments: str, username: str = "") -> subprocess.CompletedProcess[str]:
    """The login command, as the project's member or another user."""
    # Debian's own Python: that of the virtual environment may lie in root's home.
    packages = sysconfig.get_path("purelib")
    program = ("env", f"PYTHONPATH={REPOSITORY}:{packages}", "/usr/bin/python3", "-m")
    return site.testbed.as_user(
        SITE, username or site.member, *program, "slurm_bridge.login.cli", *arguments
    )


def test_member_asks_what_is_left_and_why_a_job_waits(site: RealSite, files: LoginFiles) -> None:
    site.run(gpu_minutes=600)
    site.submit("--gres=gpu:2", "--time=180", script="sleep 120")
    wait_until(lambda: "RUNNING" in site.queue())
    waiting = site.submit("--gres=gpu:2", "--time=180")
    wait_until(lambda: "GRESMinutes" in belfry(site, "why", waiting).stdout)
    files.refresh()

    found = json.loads(belfry(site, "balance", "--json").stdout)["projects"]
    why = belfry(site, "why", waiting).stdout
    # slurmdbd has it a moment later than squeue.
    wait_until(lambda: site.account in belfry(site, "usage").stdout)
    used = json.loads(belfry(site, "usage", "--json").stdout)["projects"]

    assert [(item["account"], item["granted_gpu_minutes"]) for item in found] == [
        (site.account, 600)
    ]
    assert found[0]["used_gpu_minutes"] + found[0]["reserved_gpu_minutes"] in (359, 360)
    assert "do not fit into what the project's budget has left." in why
    assert f"{site.account} has 4" in why
    assert [(item["account"], item["jobs"]) for item in used] == [(site.account, 1)]


def test_nobody_sees_the_projects_or_jobs_of_others(site: RealSite, files: LoginFiles) -> None:
    site.run(members=tuple(user.username for user in site.cluster.users))
    site.run(members=(site.member,))
    job = site.submit("--gres=gpu:1", script="sleep 60")
    stranger = site.cluster.users[1].username

    ledger = files.folder / "users" / f"{site.cluster.users[0].uid}.json"
    assert "you have no project at this site" in belfry(site, "balance", username=stranger).stderr
    assert belfry(site, "why", job, username=stranger).returncode == 3
    assert site.testbed.as_user(SITE, stranger, "cat", str(ledger)).returncode != 0
    assert site.testbed.as_user(SITE, stranger, "ls", str(ledger.parent)).returncode != 0


def test_script_that_submit_help_prints_is_accepted(site: RealSite) -> None:
    site.run(gpu_minutes=600)
    script = belfry(site, "submit-help").stdout
    done = run_as(
        site.testbed.layout,
        site_named(SITE),
        site.member,
        ["sbatch", "--output=/dev/null"],
        text_input=script,
    )
    assert done.returncode == 0, done.stderr
