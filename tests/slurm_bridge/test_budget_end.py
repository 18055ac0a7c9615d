"""What real Slurm does to a job when its budget ends while it runs."""

from pathlib import Path

import pytest

from deploy.demo.steps import wait_until
from slurm_bridge.slurm.interface import TestSubmission
from tests.slurm_bridge.clusters import PARTITION, SITE, real_cluster
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm

# slurmctld looks every 30 s for running jobs that are past a limit.
LONGER_THAN_SLURM_LOOKS_SECONDS = 35


def test_a_job_that_runs_when_the_budget_ends_goes_on_and_new_ones_are_refused(
    testbed: Testbed, tmp_path: Path
) -> None:
    with real_cluster(testbed, tmp_path) as cluster:
        account, username = cluster.make_project(gpu_minutes=60), cluster.make_user()
        cluster.slurm.add_members([account], [username])
        cluster.slurm.change_access(PARTITION, [account], [])
        where = (f"--account={account}", f"--partition={PARTITION}", "--gres=gpu:1", "--time=30")
        quiet = ("--output=/dev/null", "--chdir=/", "--wrap=sleep 300")
        job = testbed.as_user(SITE, username, "sbatch", "--parsable", *where, *quiet).stdout.strip()
        wait_until(lambda: seconds_run(testbed, job) > 0, 60, "the job did not start", "")

        cluster.slurm.set_qos_budget([account], 0)

        began = seconds_run(testbed, job)
        refused = cluster.slurm.would_accept(TestSubmission(account, username, PARTITION))
        assert not refused.accepted
        assert "QOSGrpGRESMinutes" in refused.reason or "GPU-hours" in refused.reason
        wait_until(
            lambda: seconds_run(testbed, job) - began > LONGER_THAN_SLURM_LOOKS_SECONDS,
            90,
            "the job was stopped",
            "",
        )
        testbed.slurm(SITE, "scancel", job)


def seconds_run(testbed: Testbed, job: str) -> int:
    """For how long a job has been running; 0 when it does not run."""
    answer = testbed.slurm(SITE, "squeue", "-h", "-t", "RUNNING", "-j", job, "-O", "TimeUsed")
    parts = answer.strip().split(":")
    return sum(int(part) * 60**place for place, part in enumerate(reversed(parts)) if part)
