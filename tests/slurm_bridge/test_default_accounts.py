"""A leaving member keeps a default account wherever another of theirs is left."""

from slurm_bridge import changes as ch
from slurm_bridge.slurm.memory import MemorySlurm
from slurm_bridge.wire import DesiredState
from tests.slurm_bridge.worlds import MemorySite, desired_state, project

FIRST, SECOND = "aif26fl0001", "aif26fl0002"


def both(first: tuple[str, ...] = ("ada",), second: tuple[str, ...] = ("ada",)) -> DesiredState:
    return desired_state(project(FIRST, members=first), project(SECOND, members=second))


def kinds(site: MemorySite, desired: DesiredState) -> list[str]:
    report = site.cycle.run(desired)
    assert {item.outcome for item in report.results} == {"applied"}
    return [str(item.change) for item in report.results]


def default(slurm: MemorySlurm, username: str = "ada") -> str | None:
    return slurm.defaults.get(username)


def test_default_moves_to_the_other_project_before_the_member_leaves() -> None:
    site = MemorySite()
    site.cycle.run(both())

    assert kinds(site, both(first=())) == [
        f"move the default account of ada from {FIRST} to {SECOND}",
        f"remove ada from account {FIRST}",
    ]
    assert default(site.slurm) == SECOND
    assert site.cycle.run(both(first=())).results == ()


def test_default_moves_to_a_foreign_account_where_there_is_no_other() -> None:
    site = MemorySite()
    site.cycle.run(desired_state(project()))
    site.make_foreign_account("physics")
    site.slurm.add_members(["physics"], ["ada"])

    site.cycle.run(desired_state(project(members=())))

    assert default(site.slurm) == "physics"
    assert ("physics", "ada") in site.slurm.members


def test_foreign_default_is_left_alone() -> None:
    site = MemorySite()
    site.make_foreign_account("physics")
    site.slurm.add_members(["physics"], ["ada"])
    site.cycle.run(both())

    assert kinds(site, both(first=())) == [f"remove ada from account {FIRST}"]
    assert default(site.slurm) == "physics"


def test_nothing_is_moved_for_somebody_who_leaves_everything() -> None:
    site = MemorySite()
    site.cycle.run(both())

    assert kinds(site, both(first=(), second=())) == [
        f"remove ada from account {FIRST}",
        f"remove ada from account {SECOND}",
    ]
    assert site.slurm.members == {}
    assert default(site.slurm) is None


def test_default_moves_even_while_the_removal_waits_for_jobs() -> None:
    site = MemorySite()
    site.cycle.run(both())
    site.slurm.jobs.add((FIRST, "ada"))

    report = site.cycle.run(both(first=()))

    assert [(type(item.change), item.outcome) for item in report.results] == [
        (ch.MoveDefaultAccount, "applied"),
        (ch.RemoveMember, "deferred"),
    ]
    assert default(site.slurm) == SECOND


def test_defaults_are_asked_for_only_where_somebody_leaves() -> None:
    site = MemorySite()
    site.cycle.run(both())
    asked: list[object] = []
    site.slurm.default_accounts = lambda names: asked.append(names) or {}  # type: ignore[method-assign,func-returns-value]

    site.cycle.run(both())

    assert asked == []
