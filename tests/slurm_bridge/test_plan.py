"""What is planned for which difference."""

import json
from datetime import date

import pytest

from slurm_bridge import changes as ch
from slurm_bridge.plan import Plan, plan
from slurm_bridge.wire import DesiredState, DesiredUser
from tests.slurm_bridge.worlds import (
    ADA,
    BOB,
    MemorySite,
    desired_state,
    project,
    read_state,
)


@pytest.fixture
def site() -> MemorySite:
    return MemorySite()


@pytest.fixture
def provisioned(site: MemorySite) -> MemorySite:
    site.cycle.run(desired_state(project()))
    return site


def planned(site: MemorySite, desired: DesiredState) -> Plan:
    return plan(desired, read_state(site.slurm, site.directory, desired))


def test_new_project_is_built_from_the_identity_up_to_the_access(site: MemorySite) -> None:
    wanted = planned(site, desired_state(project(), users=[ADA]))

    assert wanted.lines() == [
        "create UNIX user ada (uid 20001)",
        "create QOS aif26fl0001_zellik with 600 GPU-minutes",
        "create account aif under root",
        "create account aif_fl under aif",
        "create account aif26fl0001 under aif_fl with QOS aif26fl0001_zellik",
        "add ada to account aif26fl0001",
        "open partition h200 to account aif26fl0001",
    ]
    assert wanted.conflicts == ()


def test_what_is_already_so_needs_no_change(provisioned: MemorySite) -> None:
    assert planned(provisioned, desired_state(project())).is_empty


def test_change_of_budget_changes_the_budget_only(provisioned: MemorySite) -> None:
    wanted = planned(provisioned, desired_state(project(), gpu_minutes=900))

    assert wanted.changes == (ch.SetQosBudget(qos="aif26fl0001_zellik", before=600, after=900),)


def test_lost_flags_are_restored_and_flags_of_the_site_are_kept(provisioned: MemorySite) -> None:
    provisioned.slurm.set_qos_flags(["aif26fl0001_zellik"], ["NoReserve", "NoDecay"])

    (change,) = planned(provisioned, desired_state(project())).changes

    assert isinstance(change, ch.SetQosFlags)
    assert change.after == ("DenyOnLimit", "NoDecay", "NoReserve")


def test_moved_account_is_put_back(provisioned: MemorySite) -> None:
    provisioned.slurm.move_accounts(["aif26fl0001"], "root")

    assert planned(provisioned, desired_state(project())).changes == (
        ch.MoveAccount(account="aif26fl0001", before="root", after="aif_fl"),
    )


def test_project_qos_is_the_only_one_of_its_account(provisioned: MemorySite) -> None:
    provisioned.slurm.set_account_qos(["aif26fl0001"], "normal")

    assert planned(provisioned, desired_state(project())).changes == (
        ch.SetAccountQos(account="aif26fl0001", before=("normal",), after="aif26fl0001_zellik"),
    )


def test_new_member_is_added_and_former_member_is_removed(provisioned: MemorySite) -> None:
    wanted = planned(provisioned, desired_state(project(members=("bob",))))

    assert wanted.changes == (
        ch.AddMember(account="aif26fl0001", username="bob"),
        ch.RemoveMember(account="aif26fl0001", username="ada"),
    )


def test_member_whose_submissions_were_blocked_is_added_again(provisioned: MemorySite) -> None:
    provisioned.slurm.block_members(["aif26fl0001"], ["ada"])

    wanted = planned(provisioned, desired_state(project()))

    assert wanted.changes == (ch.AddMember(account="aif26fl0001", username="ada"),)


def test_suspended_project_is_refused_new_jobs_and_loses_nothing(provisioned: MemorySite) -> None:
    wanted = planned(provisioned, desired_state(project(suspended=True)))

    assert wanted.changes == (ch.SuspendAccount(account="aif26fl0001"),)


def test_resumed_project_accepts_jobs_again(provisioned: MemorySite) -> None:
    provisioned.cycle.run(desired_state(project(suspended=True)))

    wanted = planned(provisioned, desired_state(project()))

    assert wanted.changes == (ch.ResumeAccount(account="aif26fl0001"),)


def test_new_project_that_is_suspended_is_blocked_before_it_has_members(site: MemorySite) -> None:
    kinds = [item.kind for item in planned(site, desired_state(project(suspended=True))).changes]

    assert kinds.index("suspend_account") < kinds.index("add_member")


def test_partition_open_to_all_needs_no_change(site: MemorySite) -> None:
    wanted = planned(site, desired_state(project(partitions=("open",)), partitions=("open",)))

    assert not any(item.kind == "open_partition" for item in wanted.changes)
    assert wanted.conflicts == ()


def test_partition_is_closed_to_a_project_and_stays_open_to_others(
    provisioned: MemorySite,
) -> None:
    desired = desired_state(project(partitions=()))

    assert planned(provisioned, desired).changes == (
        ch.ClosePartition(partition="h200", account="aif26fl0001"),
    )
    provisioned.cycle.run(desired)
    assert provisioned.slurm.partitions["h200"] == {"root", "physics"}


def test_last_account_is_not_taken_off_a_partition_since_that_would_open_it_to_all(
    provisioned: MemorySite,
) -> None:
    provisioned.slurm.partitions["h200"] = frozenset({"aif26fl0001"})

    wanted = planned(provisioned, desired_state(project(partitions=())))

    assert wanted.is_empty
    assert "open to all" in wanted.conflicts[0].reason


def test_missing_partition_is_a_conflict(site: MemorySite) -> None:
    wanted = planned(site, desired_state(project(partitions=("b300",)), partitions=("b300",)))

    assert [item.subject for item in wanted.conflicts] == ["partition b300"]


def test_partition_that_belfry_may_not_change_is_a_conflict(site: MemorySite) -> None:
    wanted = planned(site, desired_state(project(), partitions=()))

    assert [item.subject for item in wanted.conflicts] == ["partition h200"]
    assert not any(item.kind == "open_partition" for item in wanted.changes)


def test_foreign_account_is_a_conflict_and_nothing_is_planned_for_it(site: MemorySite) -> None:
    site.make_foreign_account("aif26fl0001")

    wanted = planned(site, desired_state(project(), users=[ADA]))

    assert [item.subject for item in wanted.conflicts] == ["account aif26fl0001"]
    assert wanted.conflicts[0].taken_account == "aif26fl0001"
    assert [item.kind for item in wanted.changes] == ["create_user", *["create_account"] * 2]


def test_nothing_is_built_under_a_foreign_account(site: MemorySite) -> None:
    site.make_foreign_account("aif")

    wanted = planned(site, desired_state(project(), users=[]))

    assert wanted.is_empty
    assert {item.subject for item in wanted.conflicts} >= {
        "account aif",
        "account aif_fl",
        "account aif26fl0001",
    }
    assert not any(item.taken_account for item in wanted.conflicts)


def test_account_that_only_another_cluster_has_is_foreign_without_our_mark(
    site: MemorySite,
) -> None:
    site.slurm.descriptions["aif26fl0001"] = "of charleroi"

    wanted = planned(site, desired_state(project()))

    assert [item.subject for item in wanted.conflicts] == ["account aif26fl0001"]


def test_own_account_that_only_another_cluster_has_is_created_here(site: MemorySite) -> None:
    site.slurm.descriptions["aif26fl0001"] = "belfry-aif26fl0001"

    wanted = planned(site, desired_state(project()))

    assert "create_account" in {
        item.kind for item in wanted.changes if getattr(item, "account", "") == "aif26fl0001"
    }


def test_mark_of_another_project_does_not_make_an_account_ours(site: MemorySite) -> None:
    site.slurm.create_accounts(["aif26fl0001"], "root", "belfry-aif26fl00012", None)

    wanted = planned(site, desired_state(project()))

    assert [item.subject for item in wanted.conflicts] == ["account aif26fl0001"]


def test_foreign_qos_blocks_the_project_that_needs_it(site: MemorySite) -> None:
    site.slurm.create_qos(["aif26fl0001_zellik"], "somebody else's", 1, [])

    wanted = planned(site, desired_state(project(), users=[ADA]))

    assert [item.kind for item in wanted.changes] == ["create_user", *["create_account"] * 2]
    assert {item.subject for item in wanted.conflicts} == {
        "QOS aif26fl0001_zellik",
        "account aif26fl0001",
    }
    assert [item.taken_account for item in wanted.conflicts] == ["", "aif26fl0001"]


def test_qos_is_belfrys_by_its_own_mark_or_by_that_of_its_project(site: MemorySite) -> None:
    desired = desired_state(project("p1"), project("p2"))
    common = tuple(item.model_copy(update={"owner_mark": "belfry-qos"}) for item in desired.qos)
    site.slurm.create_qos(["p1_zellik"], "belfry-p1", 600, ["NoDecay", "DenyOnLimit"])
    site.slurm.create_qos(["p2_zellik"], "belfry-qos", 600, ["NoDecay", "DenyOnLimit"])

    wanted = plan(
        desired.model_copy(update={"qos": common}),
        read_state(site.slurm, site.directory, desired),
    )

    assert wanted.conflicts == ()
    assert not [change for change in wanted.changes if "qos" in change.kind]


def test_user_with_another_uid_here_is_a_conflict_and_no_member(site: MemorySite) -> None:
    site.directory.uids["ada"] = 33

    wanted = planned(site, desired_state(project()))

    assert [item.subject for item in wanted.conflicts] == ["user ada"]
    assert not any(item.kind == "add_member" for item in wanted.changes)


def test_member_without_identity_is_a_conflict(site: MemorySite) -> None:
    wanted = planned(site, desired_state(project(), users=[BOB]))

    assert [item.subject for item in wanted.conflicts] == ["user ada"]


def test_account_whose_parent_does_not_exist_is_a_conflict(site: MemorySite) -> None:
    wanted = planned(site, desired_state(project(parent="nowhere")))

    assert [item.subject for item in wanted.conflicts] == ["account aif26fl0001"]


def test_nothing_is_built_under_an_account_that_the_portal_does_not_want_itself(
    site: MemorySite,
) -> None:
    site.make_foreign_account("physics")

    wanted = planned(site, desired_state(project(parent="physics")))

    assert [item.subject for item in wanted.conflicts] == ["account aif26fl0001"]
    assert not any(getattr(item, "account", "") == "aif26fl0001" for item in wanted.changes)


@pytest.mark.parametrize(
    ("username", "uid"), [("slurm", 1001), ("munge", 1002), ("statd", 64_030), ("nobody", 65_534)]
)
@pytest.mark.parametrize("is_there", [True, False])
def test_users_of_the_system_are_neither_made_nor_given_an_account(
    site: MemorySite, username: str, uid: int, is_there: bool
) -> None:
    if is_there:
        site.directory.uids[username] = uid
    user = DesiredUser(username=username, uid=uid)

    wanted = planned(site, desired_state(project(members=(username,)), users=[user]))

    assert [item.subject for item in wanted.conflicts] == [f"user {username}"]
    assert not {"create_user", "add_member"} & {item.kind for item in wanted.changes}


def test_root_is_never_planned_for(site: MemorySite) -> None:
    site.slurm.descriptions["root"] = "belfry-root"
    root = project("root", parent="aif_fl", owner_mark="belfry-root", qos=None)

    wanted = planned(site, desired_state(root))

    assert all(getattr(item, "account", "") != "root" for item in wanted.changes)
    assert "account root" in {item.subject for item in wanted.conflicts}


def test_plan_id_tells_plans_apart_and_ignores_the_order_of_sets(site: MemorySite) -> None:
    first = planned(site, desired_state(project()))
    again = planned(site, desired_state(project(), users=(ADA, BOB)))
    other = planned(site, desired_state(project(), gpu_minutes=1))

    assert first.plan_id == again.plan_id
    assert first.plan_id != other.plan_id


def test_plan_survives_json(site: MemorySite) -> None:
    wanted = planned(
        site, desired_state(project(), users=[ADA, DesiredUser(username="c", uid=1234)])
    )

    assert Plan.model_validate(json.loads(wanted.model_dump_json())) == wanted


def test_empty_plan_says_so_in_words(provisioned: MemorySite) -> None:
    assert str(planned(provisioned, desired_state(project()))) == "nothing to change"


def test_what_people_are_told_changes_nothing_in_slurm() -> None:
    site = MemorySite()
    site.directory.uids = {"ada": ADA.uid, "bob": BOB.uid}
    site.cycle.run(desired_state(project()))
    told = project(ends_on=date(2027, 3, 31), closed_because="The report is late.")

    assert site.cycle.preview(desired_state(told))[0].is_empty
