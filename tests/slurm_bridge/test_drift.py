"""What somebody changes by hand is told apart from what the portal decides."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slurm_bridge.cycle import Cycle
from slurm_bridge.errors import StoppedError, TransientSlurmError
from slurm_bridge.last_state import LastState
from slurm_bridge.rows import QosRow
from slurm_bridge.slurm.memory import MemorySlurm
from slurm_bridge.wire import DesiredState, Drift
from tests.slurm_bridge.test_plan_properties import clusters, desired_states, directories
from tests.slurm_bridge.worlds import MemorySite, desired_state, project

P = "aif26fl0001"
QOS = f"{P}_zellik"


def told(drift: tuple[Drift, ...] | None) -> list[tuple[str, str, str, bool]]:
    assert drift is not None
    return [(item.change.kind, item.expected, item.found, item.corrected) for item in drift]


@pytest.fixture
def site() -> MemorySite:
    """A site after its first cycle, with one project and nothing left to do."""
    site = MemorySite()
    site.cycle.run(desired_state(project()))
    return site


def set_budget(slurm: MemorySlurm, minutes: int | None) -> None:
    row = slurm.qos[QOS]
    slurm.qos[QOS] = QosRow(QOS, row.flags, minutes, row.description)


def forget_flags(slurm: MemorySlurm) -> None:
    slurm.set_qos_flags([QOS], ["NoDecay"])


def close(slurm: MemorySlurm) -> None:
    slurm.change_access("h200", [], [P])


def delete_qos(slurm: MemorySlurm) -> None:
    del slurm.qos[QOS]


def delete_account(slurm: MemorySlurm) -> None:
    close(slurm)
    del slurm.accounts[P], slurm.descriptions[P]
    slurm.members.clear()


@pytest.mark.parametrize(
    ("by_hand", "expected"),
    [
        (lambda slurm: set_budget(slurm, 9999), ("set_qos_budget", "600", "9999", True)),
        (lambda slurm: set_budget(slurm, None), ("set_qos_budget", "600", "no limit", True)),
        (forget_flags, ("set_qos_flags", "DenyOnLimit,NoDecay", "NoDecay", True)),
        (
            lambda slurm: slurm.move_accounts([P], "root"),
            ("move_account", "aif_fl", "root", True),
        ),
        (
            lambda slurm: slurm.set_account_qos([P], "normal"),
            (
                "set_account_qos",
                f"{QOS} (by default {QOS})",
                "normal (by default normal)",
                True,
            ),
        ),
        (
            lambda slurm: slurm.remove_members([P], ["ada"]),
            ("add_member", "member", "no member", True),
        ),
        (
            lambda slurm: slurm.block_members([P], ["ada"]),
            ("add_member", "member", "new jobs blocked", True),
        ),
        (
            lambda slurm: slurm.add_members([P], ["eve"]),
            ("remove_member", "no member", "member", True),
        ),
        (
            lambda slurm: slurm.suspend_accounts([P]),
            ("resume_account", "new jobs accepted", "new jobs refused", True),
        ),
        (close, ("open_partition", "open", "closed", True)),
        (delete_qos, ("create_qos", QOS, "missing", True)),
    ],
)
def test_change_by_hand_is_told_with_both_values_and_put_right(
    site: MemorySite, by_hand: Callable[[MemorySlurm], None], expected: tuple[str, str, str, bool]
) -> None:
    by_hand(site.slurm)

    report = site.cycle.run(desired_state(project()))

    assert expected in told(report.drift)
    assert told(site.cycle.run(desired_state(project())).drift) == []


def test_deleted_account_is_told_as_missing(site: MemorySite) -> None:
    delete_account(site.slurm)

    report = site.cycle.run(desired_state(project()))

    assert told(report.drift) == [
        ("create_account", P, "missing", True),
        ("open_partition", "open", "closed", True),
    ]


def test_suspended_project_that_somebody_opened_is_told(site: MemorySite) -> None:
    closed = desired_state(project(suspended=True))
    site.cycle.run(closed)
    site.slurm.resume_accounts([P])

    found = told(site.cycle.run(closed).drift)

    assert found == [("suspend_account", "new jobs refused", "new jobs accepted", True)]


def test_access_that_somebody_gave_is_told(site: MemorySite) -> None:
    elsewhere = desired_state(project(partitions=()))
    site.cycle.run(elsewhere)
    site.slurm.change_access("h200", [P], [])

    found = told(site.cycle.run(elsewhere).drift)

    assert found == [("close_partition", "closed", "open", True)]


def test_decision_of_the_portal_is_no_drift(site: MemorySite) -> None:
    decided = desired_state(
        project(members=("bob",), suspended=True, partitions=()), gpu_minutes=900
    )

    report = site.cycle.run(decided)

    assert {item.outcome for item in report.results} == {"applied"}
    assert report.drift == ()


def test_change_by_hand_beside_a_decision_on_the_same_thing_is_told(site: MemorySite) -> None:
    set_budget(site.slurm, 9999)

    report = site.cycle.run(desired_state(project(), gpu_minutes=700))

    assert told(report.drift) == [("set_qos_budget", "600", "9999", True)]


def test_what_is_foreign_is_never_told(site: MemorySite) -> None:
    site.make_foreign_account("physics")
    site.slurm.add_members(["physics"], ["eve"])

    assert site.cycle.run(desired_state(project())).drift == ()


def test_first_cycle_of_a_new_bridge_tells_nothing(site: MemorySite) -> None:
    set_budget(site.slurm, 9999)

    assert site.new_cycle().run(desired_state(project())).drift == ()


def test_restarted_bridge_still_tells_what_was_changed_while_it_was_away(tmp_path: Path) -> None:
    site = MemorySite()
    remembering(site, tmp_path).run(desired_state(project()))
    set_budget(site.slurm, 9999)

    report = remembering(site, tmp_path).run(desired_state(project()))

    assert told(report.drift) == [("set_qos_budget", "600", "9999", True)]


def test_unreadable_memory_tells_nothing_and_is_written_anew(tmp_path: Path) -> None:
    site = MemorySite()
    path = tmp_path / "last-state.json"
    path.write_text("{ half a file")
    assert remembering(site, tmp_path).run(desired_state(project())).drift == ()

    set_budget(site.slurm, 9999)

    assert len(remembering(site, tmp_path).run(desired_state(project())).drift or ()) == 1


def test_idle_cycles_leave_the_memory_alone(tmp_path: Path) -> None:
    site = MemorySite()
    cycle = remembering(site, tmp_path)
    cycle.run(desired_state(project()))
    before = (tmp_path / "last-state.json").stat()
    site.clock.sleep(60)

    cycle.run(desired_state(project()))

    assert (tmp_path / "last-state.json").stat().st_mtime_ns == before.st_mtime_ns


def test_what_cannot_be_put_right_is_told_again_as_waiting_until_it_is(tmp_path: Path) -> None:
    site = MemorySite()
    remembering(site, tmp_path).run(desired_state(project()))
    site.slurm.add_members([P], ["eve"])
    site.slurm.jobs.add((P, "eve"))
    waits = ("remove_member", "no member", "member", False)

    for _ in range(2):
        report = remembering(site, tmp_path).run(desired_state(project()))
        assert told(report.drift) == [waits]

    site.slurm.jobs.clear()
    report = remembering(site, tmp_path).run(desired_state(project()))
    assert told(report.drift) == [(*waits[:3], True)]
    assert remembering(site, tmp_path).run(desired_state(project())).drift == ()


def test_adopted_change_is_told_no_more(site: MemorySite) -> None:
    site.slurm.add_members([P], ["eve"])
    site.slurm.jobs.add((P, "eve"))
    site.cycle.run(desired_state(project()))

    report = site.cycle.run(desired_state(project(members=("ada", "bob"))))
    assert told(report.drift) == [("remove_member", "no member", "member", False)]
    site.slurm.jobs.clear()
    site.cycle.run(desired_state(project()))

    assert site.cycle.run(desired_state(project())).drift == ()


def test_refused_plan_tells_its_drift_as_waiting(site: MemorySite) -> None:
    site.slurm.add_members([P], [f"u{number}" for number in range(12)])

    reports = [site.cycle.run(desired_state(project())) for _ in range(2)]

    assert all(report.refused for report in reports)
    assert [len(report.drift or ()) for report in reports] == [12, 12]
    assert not any(item.corrected for item in reports[1].drift or ())


def test_drift_waits_where_staff_approve_each_plan(site: MemorySite) -> None:
    site.cycle.mode = "plan_only"
    set_budget(site.slurm, 9999)

    reports = [site.cycle.run(desired_state(project())) for _ in range(2)]

    for report in reports:
        assert told(report.drift) == [("set_qos_budget", "600", "9999", False)]
    assert site.slurm.qos[QOS].gpu_minutes == 9999


def remembering(site: MemorySite, folder: Path) -> Cycle:
    """A cycle as a bridge starts with, that remembers in a folder."""
    cycle = site.new_cycle()
    cycle.last_state = LastState(folder / "last-state.json")
    return cycle


@settings(max_examples=60, deadline=None)
@given(desired_states(), desired_states(), clusters(), directories())
def test_two_decisions_one_after_the_other_are_no_drift(
    first: DesiredState, second: DesiredState, slurm: MemorySlurm, directory: object
) -> None:
    site = MemorySite()
    site.slurm, site.directory = slurm, directory  # type: ignore[assignment]
    cycle = site.new_cycle()
    at_once = {"generated_at": int(site.clock())}
    for desired in (first, second, first):
        report = cycle.run(desired.model_copy(update=at_once))
        assert not report.drift


@settings(max_examples=60, deadline=None)
@given(desired_states(), desired_states(), directories(), st.integers(0, 12))
def test_crash_at_any_write_blames_nobody(
    first: DesiredState, second: DesiredState, directory: object, writes: int
) -> None:
    site = MemorySite()
    site.directory = directory  # type: ignore[assignment]
    cycle = site.new_cycle()
    at_once = {"generated_at": int(site.clock())}
    first, second = first.model_copy(update=at_once), second.model_copy(update=at_once)
    cycle.run(first)
    last = site.slurm.writes + writes

    def crash() -> None:
        if site.slurm.writes >= last:
            raise StoppedError("killed")

    site.slurm.before_write = crash
    with contextlib.suppress(StoppedError):
        cycle.run(second)
    site.slurm.before_write = lambda: None
    resumed = site.new_cycle()
    resumed.last_state = cycle.last_state

    assert not resumed.run(first).drift


def test_write_that_fails_is_no_drift(site: MemorySite) -> None:
    def refuse() -> None:
        raise TransientSlurmError("slurmdbd is away")

    site.slurm.before_write = refuse
    site.cycle.run(desired_state(project(), gpu_minutes=900))
    site.slurm.before_write = lambda: None

    report = site.cycle.run(desired_state(project(), gpu_minutes=900))

    assert [item.change.kind for item in report.results] == ["set_qos_budget"]
    assert report.drift == ()
