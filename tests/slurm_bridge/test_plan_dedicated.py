"""Partitions that one project has to itself, from the first day to the last job."""

import pytest

from slurm_bridge import changes as ch
from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.plan import Plan, plan
from slurm_bridge.plan_dedicated import settings_of
from slurm_bridge.wire import DesiredPartition, DesiredState, KeptPartition, SyncReport
from tests.slurm_bridge.clusters import memory_file
from tests.slurm_bridge.worlds import MemorySite, desired_state, project, read_state

NAME = "aif26fl0001"


def dedicated(name: str = NAME, **changes: object) -> DesiredPartition:
    values: dict[str, object] = {
        "name": name,
        "owner_mark": f"belfry-{name}",
        "account": name,
        "nodes": "n[1-2]",
        "default_minutes": 60,
        "max_minutes": 1440,
        "max_nodes": 2,
        "priority": 10,
        "memory_mb_per_cpu": 2000,
    }
    return DesiredPartition.model_validate(values | changes)


def world(*partitions: DesiredPartition, **changes: object) -> DesiredState:
    projects = [project(item.account) for item in partitions] or [project()]
    state = desired_state(*projects)
    return state.model_copy(update={"dedicated": partitions, **changes})


@pytest.fixture
def site() -> MemorySite:
    site = MemorySite()
    site.slurm.controller.nodes = frozenset({"n1", "n2", "n3", "n4"})
    site.slurm.partition_file = memory_file(site.slurm)
    return site


def planned(site: MemorySite, desired: DesiredState) -> Plan:
    return plan(desired, read_state(site.slurm, site.directory, desired))


def about(site: MemorySite, desired: DesiredState, name: str = NAME) -> list[str]:
    """What is planned for the partition, in words."""
    kinds = ch.CreatePartition | ch.ModifyPartition | ch.DeletePartition
    wanted = planned(site, desired).changes
    return [str(item) for item in wanted if isinstance(item, kinds) and item.partition == name]


def conflicts(site: MemorySite, desired: DesiredState) -> dict[str, str]:
    return {item.subject: item.reason for item in planned(site, desired).conflicts}


def run(site: MemorySite, desired: DesiredState) -> SyncReport:
    return site.cycle.run(desired)


def test_award_with_nodes_of_its_own_gets_a_partition(site: MemorySite) -> None:
    (planned_change,) = about(site, world(dedicated()))
    assert planned_change == (
        "create partition aif26fl0001 for account aif26fl0001:"
        " nodes n[1-2], longest job 24:00, most nodes 2, priority 10"
    )

    report = run(site, world(dedicated()))

    assert {item.outcome for item in report.results} == {"applied"}
    assert site.slurm.partitions[NAME] == {NAME}
    assert about(site, world(dedicated())) == []


def test_nodes_written_in_another_way_are_no_difference(site: MemorySite) -> None:
    run(site, world(dedicated()))

    assert about(site, world(dedicated(nodes="n2,n1"))) == []


def test_what_staff_change_is_changed_and_named(site: MemorySite) -> None:
    run(site, world(dedicated()))
    wanted = world(dedicated(nodes="n[1-3]", max_minutes=2880, max_nodes=None))

    (planned_change,) = about(site, wanted)
    assert planned_change == (
        "change partition aif26fl0001: nodes from n[1-2] to n[1-3],"
        " longest job from 24:00 to 48:00, most nodes from 2 to unlimited"
    )
    run(site, wanted)
    assert about(site, wanted) == []


def test_what_was_changed_by_hand_is_put_right(site: MemorySite) -> None:
    run(site, world(dedicated()))
    site.slurm.partitions[NAME] = None

    assert about(site, world(dedicated())) == [
        "change partition aif26fl0001: accounts from all to aif26fl0001"
    ]


def test_pause_by_an_administrator_is_left_alone(site: MemorySite) -> None:
    run(site, world(dedicated()))
    live = site.slurm.controller.settings
    live[NAME] = live[NAME].model_copy(update={"is_open": None})

    run(site, world(dedicated()))

    assert live[NAME].is_open is None
    assert about(site, world(dedicated())) == []


def test_line_that_was_lost_from_a_file_makes_the_partition_somebody_elses(
    site: MemorySite,
) -> None:
    run(site, world(dedicated()))
    site.slurm.partition_file.lines.pop(NAME)  # type: ignore[union-attr]

    assert about(site, world(dedicated())) == []
    assert conflicts(site, world(dedicated())) == {
        f"partition {NAME}": "exists and was not made by Belfry"
    }


def test_line_that_was_spoilt_is_written_anew(site: MemorySite) -> None:
    run(site, world(dedicated()))
    lines = site.slurm.partition_file.lines  # type: ignore[union-attr]
    lines[NAME] = lines[NAME].model_copy(update={"settings": None})

    assert about(site, world(dedicated())) == [
        f"keep partition {NAME} over restarts of slurmctld as it is now"
    ]
    run(site, world(dedicated()))
    assert about(site, world(dedicated())) == []


@pytest.mark.parametrize("mark", ["belfry-other", ""])
def test_partition_of_somebody_else_is_left_alone(site: MemorySite, mark: str) -> None:
    run(site, world(dedicated()))
    lines = site.slurm.partition_file.lines  # type: ignore[union-attr]
    lines[NAME] = lines[NAME].model_copy(update={"owner_mark": mark})

    for wanted in (dedicated(nodes="n3"), dedicated(closed=True)):
        assert about(site, world(wanted)) == []
        assert f"partition {NAME}" in conflicts(site, world(wanted))


def test_foreign_partition_of_the_same_name_is_left_alone(site: MemorySite) -> None:
    site.slurm.partitions[NAME] = frozenset({"physics"})

    run(site, world(dedicated()))

    assert site.slurm.partitions[NAME] == {"physics"}
    assert conflicts(site, world(dedicated(closed=True))) == {
        f"partition {NAME}": "exists and was not made by Belfry"
    }


def test_partition_whose_access_belfry_manages_is_never_remade(site: MemorySite) -> None:
    run(site, world(dedicated()))
    wanted = world(dedicated(nodes="n3"), partitions=("h200", NAME))

    assert about(site, wanted) == []


def test_two_projects_cannot_have_the_same_node(site: MemorySite) -> None:
    first, second = dedicated(), dedicated("aif26fl0002", nodes="n[2-3]")

    assert len(about(site, world(first, second))) == 1
    assert about(site, world(first, second), "aif26fl0002") == []
    assert conflicts(site, world(first, second)) == {
        "partition aif26fl0002": "n2 belongs to another dedicated partition"
    }


def test_node_of_a_partition_that_has_ended_is_free_again(site: MemorySite) -> None:
    first, second = dedicated(closed=True), dedicated("aif26fl0002", nodes="n[2-3]")

    assert len(about(site, world(first, second), "aif26fl0002")) == 1


@pytest.mark.parametrize("nodes", ["n[1-99999999]", "n[2-1]", "n[1-2"])
def test_hostile_list_of_nodes_is_a_conflict(site: MemorySite, nodes: str) -> None:
    assert about(site, world(dedicated(nodes=nodes))) == []
    assert f"partition {NAME}" in conflicts(site, world(dedicated(nodes=nodes)))


def test_node_that_the_cluster_does_not_have_fails_with_its_name(site: MemorySite) -> None:
    report = run(site, world(dedicated(nodes="n[4-5]")))

    (failed,) = [item for item in report.results if item.outcome == "failed"]
    assert failed.reason == "n5 is no node of this cluster"
    assert NAME not in site.slurm.partitions


def test_partition_of_a_foreign_account_is_not_made(site: MemorySite) -> None:
    site.make_foreign_account(NAME)

    assert about(site, world(dedicated())) == []
    assert conflicts(site, world(dedicated()))[f"partition {NAME}"] == (
        f"its account {NAME} is not Belfry's"
    )


def test_at_its_end_a_partition_takes_no_new_jobs_and_goes_with_the_last(
    site: MemorySite,
) -> None:
    run(site, world(dedicated()))
    site.slurm.controller.jobs.add(NAME)

    report = run(site, world(dedicated(closed=True)))

    assert [(item.change.kind, item.outcome) for item in report.results] == [
        ("modify_partition", "applied"),
        ("delete_partition", "deferred"),
    ]
    assert not site.slurm.controller.takes_jobs(NAME)
    assert NAME in site.slurm.partitions
    site.slurm.controller.jobs.clear()
    run(site, world(dedicated(closed=True)))
    assert NAME not in site.slurm.partitions
    assert about(site, world(dedicated(closed=True))) == []


def test_partition_is_not_removed_while_nobody_can_say_whether_jobs_are_left(
    site: MemorySite,
) -> None:
    run(site, world(dedicated()))

    def unreadable() -> set[str]:
        raise TransientSlurmError("slurmctld is down")

    site.slurm.busy_partitions = unreadable  # type: ignore[method-assign]

    run(site, world(dedicated(closed=True)))

    assert NAME in site.slurm.partitions


def test_line_that_a_crash_left_behind_is_removed(site: MemorySite) -> None:
    run(site, world(dedicated()))
    del site.slurm.partitions[NAME]

    run(site, world(dedicated(closed=True)))

    assert NAME not in site.slurm.partition_file.lines  # type: ignore[union-attr]


def test_partition_that_a_restart_lost_is_made_again(site: MemorySite) -> None:
    run(site, world(dedicated()))
    site.slurm.partitions.pop(NAME)
    site.slurm.controller.settings.pop(NAME)

    run(site, world(dedicated()))

    assert about(site, world(dedicated())) == []
    assert site.slurm.partitions[NAME] == {NAME}


def test_partition_that_the_portal_has_forgotten_is_reported_and_kept(site: MemorySite) -> None:
    run(site, world(dedicated()))

    assert about(site, world()) == []
    assert "remove it by hand" in conflicts(site, world())[f"partition {NAME}"]


def test_without_a_file_the_partition_is_not_made_and_the_reason_is_told(
    site: MemorySite,
) -> None:
    site.slurm.partition_file = None

    report = run(site, world(dedicated()))

    (failed,) = [item for item in report.results if item.outcome == "failed"]
    assert "partitions_file" in failed.reason
    assert NAME not in site.slurm.partitions


def test_access_that_would_not_outlast_a_restart_is_drift(site: MemorySite) -> None:
    run(site, world())
    lines = site.slurm.partition_file.lines  # type: ignore[union-attr]
    lines["h200"] = KeptPartition(name="h200", allow_accounts=frozenset({"root", "old"}))

    (opened,) = planned(site, world()).changes

    assert opened == ch.OpenPartition(partition="h200", account=NAME)
    run(site, world())
    assert lines["h200"].allow_accounts == {"root", "old", NAME}
    assert planned(site, world()).is_empty


def test_full_disk_is_told_and_access_given_all_the_same(site: MemorySite) -> None:
    site.slurm.partition_file.is_full = True  # type: ignore[union-attr]

    report = run(site, world())

    assert NAME in (site.slurm.partitions["h200"] or ())
    (failed,) = [item for item in report.results if item.outcome == "failed"]
    assert failed.change == ch.OpenPartition(partition="h200", account=NAME)
    assert "No space left" in failed.reason


def test_settings_give_jobs_without_a_time_no_more_than_the_longest() -> None:
    assert settings_of(dedicated(max_minutes=30)).default_minutes == 30
