"""What Slurm does with QOS, accounts and members, in memory and for real."""

import contextlib

import pytest

from slurm_bridge.errors import TransientSlurmError
from tests.slurm_bridge.clusters import ClusterUnderTest

NO_DECAY = ["NoDecay", "DenyOnLimit"]


def test_qos_is_made_with_budget_flags_and_mark(cluster: ClusterUnderTest) -> None:
    name = cluster.name()

    cluster.slurm.create_qos([name], "belfry-x", 60, NO_DECAY)

    made = cluster.qos(name)
    assert made is not None
    assert (made.description, made.gpu_minutes, made.flags) == ("belfry-x", 60, set(NO_DECAY))


def test_qos_may_have_no_flags(cluster: ClusterUnderTest) -> None:
    cluster.slurm.create_qos([cluster.name()], "belfry-x", 60, [])

    assert cluster.qos(cluster.name()).flags == set()  # type: ignore[union-attr]


def test_qos_that_exists_is_refused_and_unchanged(cluster: ClusterUnderTest) -> None:
    name = cluster.name()
    cluster.slurm.create_qos([name], "belfry-x", 60, NO_DECAY)

    with pytest.raises(TransientSlurmError):
        cluster.slurm.create_qos([name], "belfry-y", 90, NO_DECAY)

    made = cluster.qos(name)
    assert made is not None
    assert (made.description, made.gpu_minutes) == ("belfry-x", 60)


def test_several_qos_are_made_at_once_and_those_that_exist_are_left(
    cluster: ClusterUnderTest,
) -> None:
    old, new = cluster.name("a"), cluster.name("b")
    cluster.slurm.create_qos([old], "belfry-x", 60, NO_DECAY)

    cluster.slurm.create_qos([old, new], "belfry-y", 90, NO_DECAY)

    assert [cluster.qos(name).gpu_minutes for name in (old, new)] == [60, 90]  # type: ignore[union-attr]


def test_budget_and_flags_change_apart(cluster: ClusterUnderTest) -> None:
    name = cluster.make_project()

    cluster.slurm.set_qos_budget([name], 0)
    cluster.slurm.set_qos_flags([name], ["NoDecay"])

    changed = cluster.qos(name)
    assert changed is not None
    assert (changed.gpu_minutes, changed.flags) == (0, {"NoDecay"})


def test_change_of_unknown_qos_is_refused(cluster: ClusterUnderTest) -> None:
    ghost = [cluster.name("ghost")]
    for change in (
        lambda: cluster.slurm.set_qos_budget(ghost, 1),
        lambda: cluster.slurm.set_qos_flags(ghost, NO_DECAY),
    ):
        with pytest.raises(TransientSlurmError):
            change()


def test_project_account_has_its_qos_only_and_by_default(cluster: ClusterUnderTest) -> None:
    name = cluster.make_project()

    made = cluster.account(name)

    assert made is not None
    assert (made.parent, made.qos, made.default_qos) == ("root", {name}, name)
    assert made.description == f"belfry-{name}"
    assert not made.suspended


def test_account_without_qos_of_its_own_inherits_its_parents(cluster: ClusterUnderTest) -> None:
    name = cluster.name()

    cluster.slurm.create_accounts([name], "root", "belfry-x", None)

    made = cluster.account(name)
    assert made is not None
    assert (made.qos, made.default_qos) == ({"normal"}, None)


def test_account_that_exists_is_refused_and_unchanged(cluster: ClusterUnderTest) -> None:
    name = cluster.make_project()

    with pytest.raises(TransientSlurmError):
        cluster.slurm.create_accounts([name], "root", "belfry-other", None)

    found = cluster.account(name)
    assert found is not None
    assert found.description == f"belfry-{name}"


def test_account_under_unknown_parent_is_refused(cluster: ClusterUnderTest) -> None:
    with pytest.raises(TransientSlurmError):
        cluster.slurm.create_accounts([cluster.name()], cluster.name("ghost"), "belfry-x", None)

    assert cluster.account(cluster.name()) is None


def test_account_with_unknown_qos_is_refused(cluster: ClusterUnderTest) -> None:
    with pytest.raises(TransientSlurmError):
        cluster.slurm.create_accounts([cluster.name()], "root", "b", cluster.name("ghost"))

    assert cluster.account(cluster.name()) is None


def test_account_moves_with_all_that_it_has(cluster: ClusterUnderTest) -> None:
    parent, child = cluster.make_project("a"), cluster.make_project("b")
    cluster.slurm.add_members([child], [cluster.make_user()])

    cluster.slurm.move_accounts([child], parent)

    moved = cluster.account(child)
    assert moved is not None
    assert (moved.parent, moved.qos) == (parent, {child})
    assert moved.members == {cluster.users[0].username}


def test_move_to_unknown_parent_changes_nothing(cluster: ClusterUnderTest) -> None:
    name = cluster.make_project()
    # 22.05 refuses; 26.05 says so and ends well all the same.
    with contextlib.suppress(TransientSlurmError):
        cluster.slurm.move_accounts([name], cluster.name("ghost"))

    found = cluster.account(name)
    assert found is not None
    assert found.parent == "root"


def test_change_of_unknown_account_is_refused(cluster: ClusterUnderTest) -> None:
    qos = cluster.make_project()
    ghost = [cluster.name("ghost")]
    for change in (
        lambda: cluster.slurm.move_accounts(ghost, "root"),
        lambda: cluster.slurm.set_account_qos(ghost, qos),
        lambda: cluster.slurm.suspend_accounts(ghost),
        lambda: cluster.slurm.resume_accounts(ghost),
    ):
        with pytest.raises(TransientSlurmError):
            change()


def test_account_gets_another_qos_instead_of_its_own(cluster: ClusterUnderTest) -> None:
    first, second = cluster.make_project("a"), cluster.make_project("b")

    cluster.slurm.set_account_qos([first], second)

    changed = cluster.account(first)
    assert changed is not None
    assert (changed.qos, changed.default_qos) == ({second}, second)


def test_account_with_unknown_qos_keeps_its_own(cluster: ClusterUnderTest) -> None:
    name = cluster.make_project()

    with pytest.raises(TransientSlurmError):
        cluster.slurm.set_account_qos([name], cluster.name("ghost"))

    kept = cluster.account(name)
    assert kept is not None
    assert kept.qos == {name}


def test_several_accounts_are_suspended_and_resumed_at_once(cluster: ClusterUnderTest) -> None:
    names = [cluster.make_project("a"), cluster.make_project("b")]

    cluster.slurm.suspend_accounts(names)
    cluster.slurm.suspend_accounts(names)
    assert all(cluster.account(name).suspended for name in names)  # type: ignore[union-attr]

    cluster.slurm.resume_accounts(names)
    assert not any(cluster.account(name).suspended for name in names)  # type: ignore[union-attr]


def test_each_user_becomes_a_member_of_each_account(cluster: ClusterUnderTest) -> None:
    accounts = [cluster.make_project("a"), cluster.make_project("b")]
    users = [cluster.make_user(0), cluster.make_user(1)]

    cluster.slurm.add_members(accounts, users)

    for name in accounts:
        found = cluster.account(name)
        assert found is not None
        assert found.members == set(users)
        assert found.leaving == set()


def test_member_who_is_there_is_refused_and_a_new_one_beside_is_not(
    cluster: ClusterUnderTest,
) -> None:
    name, users = cluster.make_project(), [cluster.make_user(0), cluster.make_user(1)]
    cluster.slurm.add_members([name], users[:1])

    with pytest.raises(TransientSlurmError):
        cluster.slurm.add_members([name], users[:1])
    cluster.slurm.add_members([name], users)

    found = cluster.account(name)
    assert found is not None
    assert found.members == set(users)


def test_member_of_unknown_account_is_refused(cluster: ClusterUnderTest) -> None:
    with pytest.raises(TransientSlurmError):
        cluster.slurm.add_members([cluster.name("ghost")], [cluster.make_user()])


def test_unknown_account_among_others_keeps_no_member_from_the_others(
    cluster: ClusterUnderTest,
) -> None:
    name, user = cluster.make_project(), cluster.make_user()

    # 22.05 refuses, and makes the others all the same; 26.05 passes over the unknown one.
    with contextlib.suppress(TransientSlurmError):
        cluster.slurm.add_members([name, cluster.name("ghost")], [user])

    found = cluster.account(name)
    assert found is not None
    assert found.members == {user}


def test_blocked_member_is_shown_as_leaving_until_unblocked(cluster: ClusterUnderTest) -> None:
    name, user = cluster.make_project(), cluster.make_user()
    cluster.slurm.add_members([name], [user])

    cluster.slurm.block_members([name], [user])
    assert cluster.account(name).leaving == {user}  # type: ignore[union-attr]

    cluster.slurm.unblock_members([name], [user])
    assert cluster.account(name).leaving == set()  # type: ignore[union-attr]


def test_removed_member_leaves_the_others(cluster: ClusterUnderTest) -> None:
    name, users = cluster.make_project(), [cluster.make_user(0), cluster.make_user(1)]
    cluster.slurm.add_members([name], users)

    cluster.slurm.remove_members([name], users[:1])

    assert cluster.account(name).members == {users[1]}  # type: ignore[union-attr]


def test_removal_or_block_of_somebody_who_is_no_member_is_refused(
    cluster: ClusterUnderTest,
) -> None:
    name, user = cluster.make_project(), cluster.make_user()
    for change in (cluster.slurm.remove_members, cluster.slurm.block_members):
        with pytest.raises(TransientSlurmError):
            change([name], [user])


def test_first_account_is_the_default_until_it_is_moved(cluster: ClusterUnderTest) -> None:
    first, second = cluster.make_project("a"), cluster.make_project("b")
    user = cluster.make_user()
    cluster.slurm.add_members([first], [user])
    cluster.slurm.add_members([second], [user])
    assert cluster.slurm.default_accounts([user]) == {user: first}

    cluster.slurm.move_default_accounts([user], second)
    cluster.slurm.remove_members([first], [user])

    assert cluster.slurm.default_accounts([user]) == {user: second}


def test_default_moves_only_to_an_account_of_the_users(cluster: ClusterUnderTest) -> None:
    first, second = cluster.make_project("a"), cluster.make_project("b")
    user = cluster.make_user()
    cluster.slurm.add_members([first], [user])

    with pytest.raises(TransientSlurmError):
        cluster.slurm.move_default_accounts([user], second)

    assert cluster.slurm.default_accounts([user]) == {user: first}


def test_default_account_goes_with_all_others_or_stays(cluster: ClusterUnderTest) -> None:
    accounts, user = [cluster.make_project("a"), cluster.make_project("b")], cluster.make_user()
    cluster.slurm.add_members(accounts, [user])

    # 22.05 refuses; 26.05 removes somebody who has no account left.
    with contextlib.suppress(TransientSlurmError):
        cluster.slurm.remove_members(accounts, [user])

    first, second = (cluster.account(name) for name in accounts)
    assert first is not None
    assert second is not None
    assert first.members in ({user}, set())
    assert first.members or not second.members


def test_somebody_without_an_account_has_no_default(cluster: ClusterUnderTest) -> None:
    assert cluster.slurm.default_accounts([cluster.users[0].username]) == {}


def test_description_is_kept_in_lower_case(cluster: ClusterUnderTest) -> None:
    name = cluster.name()

    cluster.slurm.create_qos([name], "Belfry-Mixed Case", 1, NO_DECAY)
    cluster.slurm.create_accounts([name], "root", "Belfry-Mixed Case", None)

    assert cluster.qos(name).description == "belfry-mixed case"  # type: ignore[union-attr]
    assert cluster.account(name).description == "belfry-mixed case"  # type: ignore[union-attr]


def test_some_accounts_can_be_read_without_the_others(cluster: ClusterUnderTest) -> None:
    accounts = [cluster.make_project("a"), cluster.make_project("b")]
    cluster.slurm.add_members(accounts, [cluster.make_user()])

    def found(names: list[str]) -> set[tuple[str, str]]:
        return {(row.account, row.user) for row in cluster.slurm.read(names).associations}

    assert found(accounts[:1]) == {(accounts[0], ""), (accounts[0], cluster.users[0].username)}
    assert found([*accounts, cluster.name("ghost")]) == {
        (account, user) for account in accounts for user in ("", cluster.users[0].username)
    }
    assert found([]) == set()


def test_members_of_a_suspended_account_are_not_shown_as_leaving(
    cluster: ClusterUnderTest,
) -> None:
    name, user = cluster.make_project(), cluster.make_user()
    cluster.slurm.add_members([name], [user])

    cluster.slurm.suspend_accounts([name])

    found = cluster.account(name)
    assert found is not None
    assert (found.suspended, found.members, found.leaving) == (True, {user}, set())
