"""Jobs one by one, and an end to some of them, in memory and for real."""

import pwd
from itertools import count

import pytest

from slurm_bridge.slurm.memory import MemorySlurm
from slurm_bridge.slurm.site import SlurmSite
from slurm_bridge.wire_leaving import QueuedJob
from tests.slurm_bridge.clusters import PARTITION, ClusterUnderTest, wait_until

HOSTILE = "a\x1b[31m|;<script>'\"$(id) ünï"
_NUMBERS = count(1)


def submit(cluster: ClusterUnderTest, account: str, username: str, *, name: str = "train") -> str:
    """A job of one GPU that stays for a while; its number."""
    if isinstance(cluster.slurm, MemorySlurm):
        job = QueuedJob(
            job_id=str(next(_NUMBERS)), name=name, state="PENDING", gpus=1, limit_minutes=5
        )
        cluster.slurm.queue[account, username] = (
            *cluster.slurm.queue.get((account, username), ()),
            job,
        )
        return job.job_id
    return really_submit(cluster, account, username, f"--job-name={name}", "--hold")


def really_submit(cluster: ClusterUnderTest, account: str, username: str, *options: str) -> str:
    assert isinstance(cluster.slurm, SlurmSite)
    user = pwd.getpwnam(username)
    words = (
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--init-groups",
        "sbatch",
        "--parsable",
        f"--account={account}",
        f"--partition={PARTITION}",
        "--gres=gpu:1",
        "--time=5",
        "--chdir=/",
        "--output=/dev/null",
        *options,
        "--wrap=sleep 200",
    )
    numbers: list[str] = []

    def accepted() -> bool:
        answer = cluster.slurm.commands.attempt(*words)  # type: ignore[attr-defined]
        numbers.append(answer.stdout.strip())
        return bool(answer.code == 0)

    wait_until(accepted)
    return numbers[-1]


def jobs(cluster: ClusterUnderTest, account: str, username: str) -> dict[str, QueuedJob]:
    found = cluster.slurm.queued_jobs([account]).get((account, username), ())
    return {job.job_id: job for job in found if job.state != "COMPLETING"}


@pytest.fixture
def account(cluster: ClusterUnderTest) -> str:
    """A project of two members."""
    name = cluster.make_project(gpu_minutes=6000)
    cluster.slurm.add_members([name], [cluster.make_user(0), cluster.make_user(1)])
    cluster.slurm.change_access(PARTITION, [name], [])
    return name


def test_jobs_are_told_with_whatever_name_their_owner_liked(
    cluster: ClusterUnderTest, account: str
) -> None:
    first, second = (user.username for user in cluster.users)
    number = submit(cluster, account, first, name=HOSTILE)
    submit(cluster, account, second)

    (job,) = jobs(cluster, account, first).values()

    assert job == QueuedJob(
        job_id=number, name=HOSTILE, state="PENDING", gpus=1, started_at=None, limit_minutes=5
    )
    assert cluster.slurm.queued_jobs([cluster.name("ghost")]) == {}


def test_only_the_named_jobs_of_that_member_are_cancelled(
    cluster: ClusterUnderTest, account: str
) -> None:
    first, second = (user.username for user in cluster.users)
    named, other = submit(cluster, account, first), submit(cluster, account, first)
    somebody_elses = submit(cluster, account, second)

    cluster.slurm.cancel_jobs(account, first, [named, somebody_elses])

    wait_until(lambda: list(jobs(cluster, account, first)) == [other])
    assert list(jobs(cluster, account, second)) == [somebody_elses]


def test_jobs_of_another_account_are_not_cancelled(cluster: ClusterUnderTest, account: str) -> None:
    first = cluster.users[0].username
    number = submit(cluster, account, first)
    cluster.slurm.cancel_jobs(cluster.make_project("q"), first, [number])
    assert list(jobs(cluster, account, first)) == [number]


def test_cancelling_what_has_ended_is_no_fault(cluster: ClusterUnderTest, account: str) -> None:
    first = cluster.users[0].username
    number = submit(cluster, account, first)
    for _ in range(2):
        cluster.slurm.cancel_jobs(account, first, [number, "99999999"])
    assert jobs(cluster, account, first) == {}
