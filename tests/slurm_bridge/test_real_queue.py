"""What scancel really ends: one task of an array, a heterogeneous job as a whole, no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slurm_bridge.clusters import PARTITION, ClusterUnderTest, real_cluster, wait_until
from tests.slurm_bridge.test_contract_jobs import account, jobs, really_submit
from tests.testbed import Testbed

__all__ = ["account"]

pytestmark = pytest.mark.slurm


@pytest.fixture
def cluster(testbed: Testbed, tmp_path: Path) -> Iterator[ClusterUnderTest]:
    """The real one only."""
    with real_cluster(testbed, tmp_path) as real:
        yield real


def test_tasks_of_an_array_are_told_and_cancelled_one_by_one(
    cluster: ClusterUnderTest, account: str
) -> None:
    username = cluster.users[0].username
    array = really_submit(cluster, account, username, "--array=0-4%1", "--job-name=a\nb")
    first = f"{array}_0"
    wait_until(lambda: jobs(cluster, account, username)[first].state == "RUNNING")
    assert list(jobs(cluster, account, username)) == [f"{array}_{task}" for task in range(5)]
    assert {job.name for job in jobs(cluster, account, username).values()} == {"a"}

    cluster.slurm.cancel_jobs(account, username, [f"{array}_2", f"{array}_4"])
    assert list(jobs(cluster, account, username)) == [first, f"{array}_1", f"{array}_3"]

    cluster.slurm.cancel_jobs(account, username, [first])
    assert list(jobs(cluster, account, username)) == [f"{array}_1", f"{array}_3"]


def test_heterogeneous_job_is_cancelled_only_when_all_its_parts_are_named(
    cluster: ClusterUnderTest, account: str
) -> None:
    username = cluster.users[0].username
    second = (":", f"--partition={PARTITION}", f"--account={account}", "--time=5")
    number = really_submit(cluster, account, username, "--begin=now+1hour", *second)
    parts = [f"{number}+0", f"{number}+1"]
    assert list(jobs(cluster, account, username)) == parts

    cluster.slurm.cancel_jobs(account, username, parts[:1])
    assert list(jobs(cluster, account, username)) == parts

    cluster.slurm.cancel_jobs(account, username, parts)
    assert jobs(cluster, account, username) == {}


def test_running_job_tells_when_it_began(cluster: ClusterUnderTest, account: str) -> None:
    username = cluster.users[0].username
    number = really_submit(cluster, account, username)
    wait_until(lambda: jobs(cluster, account, username)[number].state == "RUNNING")
    job = jobs(cluster, account, username)[number]
    assert job.started_at
    assert (job.gpus, job.limit_minutes) == (1, 5)
