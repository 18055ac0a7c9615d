"""The UNIX group of each project, planned and carried out."""

import pytest

from slurm_bridge.directory.none import NoDirectory
from slurm_bridge.wire import ActualGroup, DesiredGroup, DesiredState
from tests.slurm_bridge.worlds import ADA, BOB, MemorySite, desired_state, project

GROUP = "aif26fl0001"


def state(*members: str, gid: int = 70_001, name: str = GROUP) -> DesiredState:
    group = DesiredGroup(name=name, gid=gid, members=members)
    wanted = desired_state(project(members=("ada", "bob")), users=(ADA, BOB))
    return wanted.model_copy(update={"groups": (group,)})


@pytest.fixture
def site() -> MemorySite:
    return MemorySite()


def about_groups(site: MemorySite, desired: DesiredState) -> list[str]:
    plan, _ = site.cycle.preview(desired)
    return [line for line in plan.lines() if "group" in line]


def test_a_project_gets_its_group_after_its_members_have_been_made(site: MemorySite) -> None:
    plan, _ = site.cycle.preview(state("ada", "bob"))
    assert plan.lines()[:5] == [
        "create UNIX user ada (uid 20001)",
        "create UNIX user bob (uid 20002)",
        "create UNIX group aif26fl0001 (gid 70001)",
        "add ada to UNIX group aif26fl0001",
        "add bob to UNIX group aif26fl0001",
    ]
    site.cycle.run(state("ada", "bob"))
    assert site.directory.members[GROUP] == {"ada", "bob"}
    assert about_groups(site, state("ada", "bob")) == []


def test_who_leaves_the_project_leaves_its_group_at_once(site: MemorySite) -> None:
    site.cycle.run(state("ada", "bob"))
    assert about_groups(site, state("ada")) == ["remove bob from UNIX group aif26fl0001"]
    site.cycle.run(state("ada"))
    assert site.directory.members[GROUP] == {"ada"}


def test_who_was_added_by_hand_is_taken_out_again(site: MemorySite) -> None:
    site.cycle.run(state("ada"))
    site.directory.members[GROUP].add("mallory")
    site.cycle.run(state("ada"))
    assert site.directory.members[GROUP] == {"ada"}


def test_a_group_of_another_number_is_a_conflict_and_left_alone(site: MemorySite) -> None:
    site.directory.gids[GROUP] = 5
    site.directory.members[GROUP] = {"mallory"}
    report = site.cycle.run(state("ada"))
    assert [(item.subject, item.reason) for item in report.conflicts] == [
        ("group aif26fl0001", "is gid 5 on this host, but should be 70001")
    ]
    assert site.directory.members[GROUP] == {"mallory"}


@pytest.mark.parametrize(("name", "gid"), [("slurm", 70_001), (GROUP, 65_534)])
def test_groups_of_the_system_are_never_touched(site: MemorySite, name: str, gid: int) -> None:
    report = site.cycle.run(state("ada", gid=gid, name=name))
    assert [item.subject for item in report.conflicts] == [f"group {name}"]
    assert name not in site.directory.gids


def test_a_group_never_takes_in_somebody_who_is_another_here(site: MemorySite) -> None:
    site.directory.uids["bob"] = 7
    site.cycle.run(state("ada", "bob"))
    assert site.directory.members[GROUP] == {"ada"}


def test_a_group_that_cannot_be_made_stops_no_project(site: MemorySite) -> None:
    site.directory.gids["other"] = 70_001
    report = site.cycle.run(state("ada"))
    failed = {item.change.kind for item in report.results if item.outcome == "failed"}
    assert failed == {"create_group", "add_to_group"}
    assert [item.accepted for item in report.readiness] == [True]


def test_a_site_with_its_own_directory_keeps_its_own_groups(site: MemorySite) -> None:
    site.cycle.run(state("ada"))
    site.cycle.directory = NoDirectory()
    assert not any("UNIX group" in line for line in about_groups(site, state("ada", "bob")))


def test_a_group_that_somebody_else_made_is_a_conflict_and_left_alone(site: MemorySite) -> None:
    site.cycle.run(state("ada"))
    actual = site.directory.groups

    def foreign(names: list[str]) -> tuple[ActualGroup, ...]:
        return tuple(item.model_copy(update={"foreign": True}) for item in actual(names) or ())

    site.directory.groups = foreign  # type: ignore[method-assign,assignment]

    report = site.cycle.run(state("ada", "bob"))

    assert [(item.subject, item.reason) for item in report.conflicts] == [
        (f"group {GROUP}", "exists and was not made by Belfry")
    ]
    assert site.directory.members[GROUP] == {"ada"}
