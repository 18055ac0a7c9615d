"""What one load makes and leaves alone, in memory and for real."""

from pathlib import Path

import pytest

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.interface import NewAccount
from slurm_bridge.slurm.site import SlurmSite
from tests.slurm_bridge.clusters import ClusterUnderTest, real_cluster
from tests.testbed import Testbed


def new_project(cluster: ClusterUnderTest, suffix: str, parent: str = "root") -> NewAccount:
    """An account to load, whose QOS is there already."""
    name = cluster.name(suffix)
    cluster.slurm.create_qos([name], "belfry-qos", 60, ["NoDecay", "DenyOnLimit"])
    return NewAccount(name, parent, f"belfry-{name}", name)


def test_load_makes_accounts_of_a_tree_with_their_marks_and_members(
    cluster: ClusterUnderTest,
) -> None:
    tree = NewAccount(cluster.name("t"), "root", "belfry-tree")
    first, second = (new_project(cluster, suffix, tree.name) for suffix in "ab")
    users = [cluster.make_user(0), cluster.make_user(1)]

    cluster.slurm.load(
        [tree, first, second],
        [(first.name, users[0]), (first.name, users[1]), (second.name, users[0])],
    )

    state = {item.name: item for item in cluster.state().accounts}
    made = state[first.name]
    assert (made.parent, made.qos, made.default_qos) == (tree.name, {first.name}, first.name)
    assert (made.description, made.suspended) == (f"belfry-{first.name}", False)
    assert (made.members, made.leaving) == (set(users), set())
    assert state[second.name].members == {users[0]}
    assert (state[tree.name].qos, state[tree.name].default_qos) == ({"normal"}, None)


def test_load_leaves_what_is_there_as_it_is_and_is_no_fault(cluster: ClusterUnderTest) -> None:
    name, user = cluster.make_project(), cluster.make_user()
    cluster.slurm.add_members([name], [user])
    cluster.slurm.suspend_accounts([name])
    cluster.slurm.block_members([name], [user])
    before = cluster.account(name)

    for _ in range(2):
        cluster.slurm.load([NewAccount(name, "root", f"belfry-{name}", name)], [(name, user)])

    assert cluster.account(name) == before


def test_load_never_names_an_account_of_somebody_else(cluster: ClusterUnderTest) -> None:
    name = cluster.name()
    cluster.slurm.create_accounts([name], "root", "physics", None)
    before = cluster.account(name)

    with pytest.raises(TransientSlurmError, match="not"):
        cluster.slurm.load([NewAccount(name, "root", "belfry-ours")], [])

    assert cluster.account(name) == before


def test_load_with_an_unknown_parent_qos_or_account_is_refused(cluster: ClusterUnderTest) -> None:
    good, ghost = new_project(cluster, "a"), cluster.name("ghost")
    user = cluster.make_user()

    for accounts, members in (
        ([good, NewAccount(cluster.name("b"), "root", "belfry-x", ghost)], []),
        ([good, NewAccount(cluster.name("b"), ghost, "belfry-x")], []),
        ([good], [(good.name, user), (ghost, user)]),
    ):
        with pytest.raises(TransientSlurmError):
            cluster.slurm.load(accounts, members)

    assert cluster.account(cluster.name("b")) is None
    cluster.slurm.load([good], [(good.name, user)])
    assert cluster.account(good.name).members == {user}  # type: ignore[union-attr]


@pytest.mark.slurm
def test_load_of_what_the_other_cluster_has_leaves_that_cluster_alone(
    testbed: Testbed, tmp_path: Path
) -> None:
    charleroi = SlurmSite(testbed.commands("charleroi"), "charleroi")
    with real_cluster(testbed, tmp_path) as zellik:
        account, user = new_project(zellik, "a"), zellik.make_user()
        zellik.slurm.load([account], [(account.name, user)])
        zellik.slurm.suspend_accounts([account.name])
        before = zellik.account(account.name)

        charleroi.load([account], [(account.name, user)])

        assert zellik.account(account.name) == before
        rows = [row for row in charleroi.read_associations() if row.account == account.name]
        assert [(row.user, row.grp_submit_jobs) for row in rows] == [("", None), (user, None)]
