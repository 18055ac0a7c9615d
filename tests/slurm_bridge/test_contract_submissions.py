"""Whom Slurm lets submit where, in memory and for real."""

import pytest

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.interface import TestSubmission
from tests.slurm_bridge.clusters import PARTITION, ClusterUnderTest


@pytest.fixture
def member(cluster: ClusterUnderTest) -> TestSubmission:
    """A member of a new project that may use the partition."""
    account, username = cluster.make_project(), cluster.make_user()
    cluster.slurm.add_members([account], [username])
    cluster.slurm.change_access(PARTITION, [account], [])
    return TestSubmission(account, username, PARTITION)


def accepted(cluster: ClusterUnderTest, submission: TestSubmission) -> bool:
    answer = cluster.slurm.would_accept(submission)
    assert answer.accepted or answer.reason
    return answer.accepted


def test_member_may_submit_at_once(cluster: ClusterUnderTest, member: TestSubmission) -> None:
    assert accepted(cluster, member)


def test_somebody_else_may_not(cluster: ClusterUnderTest, member: TestSubmission) -> None:
    stranger = TestSubmission(member.account, cluster.make_user(1), PARTITION)
    assert not accepted(cluster, stranger)


def test_user_without_identity_may_not(cluster: ClusterUnderTest, member: TestSubmission) -> None:
    assert not accepted(cluster, TestSubmission(member.account, cluster.name("nobody"), PARTITION))


def test_member_of_a_suspended_account_may_not_until_it_is_resumed(
    cluster: ClusterUnderTest, member: TestSubmission
) -> None:
    cluster.slurm.suspend_accounts([member.account])
    assert not accepted(cluster, member)

    cluster.slurm.resume_accounts([member.account])
    assert accepted(cluster, member)


def test_blocked_member_may_not_until_unblocked(
    cluster: ClusterUnderTest, member: TestSubmission
) -> None:
    cluster.slurm.block_members([member.account], [member.username])
    assert not accepted(cluster, member)

    cluster.slurm.unblock_members([member.account], [member.username])
    assert accepted(cluster, member)


def test_removed_member_may_not(cluster: ClusterUnderTest, member: TestSubmission) -> None:
    cluster.slurm.remove_members([member.account], [member.username])
    assert not accepted(cluster, member)


def test_closed_partition_admits_nobody(cluster: ClusterUnderTest, member: TestSubmission) -> None:
    cluster.slurm.change_access(PARTITION, [], [member.account])
    assert not accepted(cluster, member)


def test_unknown_partition_admits_nobody(cluster: ClusterUnderTest, member: TestSubmission) -> None:
    assert not accepted(cluster, TestSubmission(member.account, member.username, "ghost"))


def test_spent_budget_admits_nobody(cluster: ClusterUnderTest, member: TestSubmission) -> None:
    cluster.slurm.set_qos_budget([member.account], 0)
    assert not accepted(cluster, member)


def test_access_changes_leave_all_other_accounts_on_the_list(cluster: ClusterUnderTest) -> None:
    before = cluster.partition(PARTITION).allow_accounts
    assert before is not None
    first, second = cluster.make_project("a"), cluster.make_project("b")

    cluster.slurm.change_access(PARTITION, [first, second], [])
    cluster.slurm.change_access(PARTITION, [], [first])

    assert cluster.partition(PARTITION).allow_accounts == before | {second}


def test_access_to_unknown_partition_is_refused(cluster: ClusterUnderTest) -> None:
    with pytest.raises(TransientSlurmError):
        cluster.slurm.change_access("ghost", [cluster.make_project()], [])


def test_access_list_never_becomes_empty(cluster: ClusterUnderTest) -> None:
    before = cluster.partition(PARTITION).allow_accounts
    assert before is not None

    with pytest.raises(TransientSlurmError):
        cluster.slurm.change_access(PARTITION, [], before)

    assert cluster.partition(PARTITION).allow_accounts == before


def test_nobody_is_busy_in_an_account_without_jobs(
    cluster: ClusterUnderTest, member: TestSubmission
) -> None:
    assert (member.account, member.username) not in cluster.slurm.busy_members()


def test_member_added_before_the_user_was_known_is_refused_until_refreshed(
    cluster: ClusterUnderTest,
) -> None:
    account, username = cluster.make_project(), cluster.users[0].username
    cluster.slurm.change_access(PARTITION, [account], [])
    cluster.slurm.add_members([account], [username])
    early = TestSubmission(account, cluster.make_user(), PARTITION)
    assert not accepted(cluster, early)

    cluster.slurm.refresh_members([account], [username])

    assert accepted(cluster, early)


def test_refresh_of_somebody_who_is_no_member_is_refused(cluster: ClusterUnderTest) -> None:
    with pytest.raises(TransientSlurmError):
        cluster.slurm.refresh_members([cluster.make_project()], [cluster.make_user()])


def test_qos_that_slurmctld_was_not_told_of_admits_nobody_until_it_is_made_once_more(
    cluster: ClusterUnderTest,
) -> None:
    account, username = cluster.name(), cluster.make_user()
    mark, flags = f"belfry-{account}", ["NoDecay", "DenyOnLimit"]
    with cluster.untold():
        cluster.slurm.create_qos([account], mark, 60, flags)
    cluster.slurm.create_accounts([account], "root", mark, account)
    cluster.slurm.add_members([account], [username])
    cluster.slurm.change_access(PARTITION, [account], [])
    late = TestSubmission(account, username, PARTITION)
    has_heard = cluster.slurm.has_heard_of_qos(account)
    assert has_heard is not cluster.can_be_untold
    assert accepted(cluster, late) is has_heard

    cluster.slurm.remake_qos(account, account, mark, 60, flags)

    assert cluster.slurm.has_heard_of_qos(account)
    assert accepted(cluster, late)
    found, qos = cluster.account(account), cluster.qos(account)
    assert found is not None
    assert not found.suspended
    assert found.qos == frozenset({account})
    assert qos is not None
    assert (qos.gpu_minutes, qos.flags) == (60, frozenset(flags))
