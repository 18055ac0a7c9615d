"""What a bridge does by itself in each mode, and what waits for an approval."""

from pathlib import Path

import pytest

from slurm_bridge.begun import BegunPlans
from slurm_bridge.errors import FatalConfigError, TransientSlurmError
from slurm_bridge.wire import DesiredState, SyncReport
from slurm_bridge.wire_terms import Mode
from tests.slurm_bridge.worlds import MemorySite, desired_state, project

BOTH = ("ada", "bob")


@pytest.fixture
def site() -> MemorySite:
    return MemorySite()


def approving(desired: DesiredState, *reports: SyncReport) -> DesiredState:
    """The same, with the plans that these reports proposed approved."""
    ids = tuple(report.waiting for report in reports if report.waiting)
    return desired.model_copy(update={"approved_plans": ids})


def waiting(report: SyncReport) -> list[str]:
    return [str(change) for change in report.proposed.changes] if report.proposed else []


def results(report: SyncReport) -> dict[str, str]:
    return {str(result.change): result.outcome for result in report.results}


def test_plan_only_proposes_everything_and_writes_nothing(site: MemorySite) -> None:
    site.cycle.mode = "plan_only"

    report = site.cycle.run(desired_state(project()))

    assert site.slurm.writes == 0
    assert site.directory.uids == {}
    assert report.results == ()
    assert report.readiness == ()
    assert report.proposed is not None
    assert report.waiting == report.proposed.plan_id
    assert "add ada to account aif26fl0001" in waiting(report)


def test_plan_keeps_its_id_from_cycle_to_cycle_and_over_restarts(site: MemorySite) -> None:
    desired = desired_state(project())
    ids = set()
    for _ in range(3):
        site.cycle = site.new_cycle()
        site.cycle.mode = "plan_only"
        ids.add(site.cycle.run(desired).waiting)
    assert len(ids) == 1


def test_approved_plan_is_carried_out_and_verified(site: MemorySite) -> None:
    site.cycle.mode = "plan_only"
    desired = desired_state(project())
    proposed = site.cycle.run(desired)

    report = site.cycle.run(approving(desired, proposed))

    assert set(results(report).values()) == {"applied"}
    assert report.waiting is None
    assert report.begun == (proposed.waiting,)
    assert [verdict.accepted for verdict in report.readiness] == [True]


def test_approval_of_a_plan_that_has_moved_on_does_nothing(site: MemorySite) -> None:
    site.cycle.mode = "plan_only"
    proposed = site.cycle.run(desired_state(project()))

    report = site.cycle.run(approving(desired_state(project(), gpu_minutes=700), proposed))

    assert site.slurm.writes == 0
    assert report.waiting not in {None, proposed.waiting}
    assert report.begun == ()


def test_create_only_makes_what_is_new_and_proposes_the_rest(site: MemorySite) -> None:
    site.cycle.run(desired_state(project("p1", members=BOTH), project("p2")))
    site.cycle.mode = "create_only"

    report = site.cycle.run(
        desired_state(project("p1"), project("p2", suspended=True), project("p3"))
    )

    assert set(results(report).values()) == {"applied"}
    assert "create account p3 under aif_fl with QOS p3_zellik" in results(report)
    assert waiting(report) == ["refuse new jobs of account p2", "remove bob from account p1"]
    assert ("p1", "bob") in site.slurm.members
    assert site.slurm.accounts["p2"].grp_submit_jobs is None


def test_create_only_opens_nothing_that_is_to_be_closed(site: MemorySite) -> None:
    site.cycle.mode = "create_only"

    report = site.cycle.run(desired_state(project(suspended=True)))

    assert "aif26fl0001" not in site.slurm.accounts
    assert [line.split()[0] for line in waiting(report)] == ["create", "refuse", "add", "open"]


def test_create_only_adds_nobody_to_a_budget_that_is_to_be_smaller(site: MemorySite) -> None:
    site.cycle.run(desired_state(project(members=())))
    site.cycle.mode = "create_only"

    site.cycle.run(desired_state(project(), gpu_minutes=300))

    assert site.slurm.members == {}


def test_create_only_lets_nobody_back_whom_the_site_has_blocked(site: MemorySite) -> None:
    site.cycle.run(desired_state(project()))
    site.slurm.block_members(["aif26fl0001"], ["ada"])
    site.slurm.suspend_accounts(["aif26fl0001"])
    site.cycle.mode = "create_only"

    report = site.cycle.run(desired_state(project()))

    assert waiting(report) == [
        "add ada to account aif26fl0001",
        "accept new jobs of account aif26fl0001",
    ]


def test_what_waits_keeps_its_id_while_other_things_are_created(site: MemorySite) -> None:
    site.cycle.run(desired_state(project("p1", members=BOTH)))
    site.cycle.mode = "create_only"
    first = site.cycle.run(desired_state(project("p1"), project("p2")))
    second = site.cycle.run(desired_state(project("p1"), project("p2"), project("p3")))
    assert first.waiting == second.waiting is not None


def test_approved_removal_that_waits_for_jobs_is_finished_without_another_approval(
    site: MemorySite,
) -> None:
    site.cycle.run(desired_state(project(members=BOTH)))
    site.cycle.mode = "plan_only"
    site.slurm.jobs = {("aif26fl0001", "bob")}
    desired = desired_state(project(), gpu_minutes=700)
    approved = approving(desired, site.cycle.run(desired))

    assert "deferred" in results(site.cycle.run(approved)).values()
    site.slurm.jobs = set()
    last = site.cycle.run(approved)

    assert results(last) == {"remove bob from account aif26fl0001": "applied"}
    assert last.waiting is None


def test_approved_plan_that_a_crash_cut_off_is_finished_after_the_restart(
    site: MemorySite, tmp_path: Path
) -> None:
    desired = desired_state(project())
    site.cycle.mode = "plan_only"
    site.cycle.begun = BegunPlans(tmp_path / "begun.json")
    approved = approving(desired, site.cycle.run(desired))

    def crash() -> None:
        if site.slurm.writes == 2:
            raise KeyboardInterrupt

    site.slurm.before_write = crash
    with pytest.raises(KeyboardInterrupt):
        site.cycle.run(approved)
    site.slurm.before_write = lambda: None
    site.cycle = site.new_cycle()
    site.cycle.mode = "plan_only"
    site.cycle.begun = BegunPlans(tmp_path / "begun.json")

    report = site.cycle.run(approved)

    assert set(results(report).values()) == {"applied"}
    assert report.waiting is None
    assert ("aif26fl0001", "ada") in site.slurm.members


def test_plan_that_is_approved_no_more_is_not_finished(site: MemorySite) -> None:
    desired = desired_state(project())
    site.cycle.mode = "plan_only"
    proposed = site.cycle.run(desired)

    def refuse() -> None:
        raise TransientSlurmError("not now")

    site.slurm.before_write = refuse
    site.cycle.run(approving(desired, proposed))
    site.slurm.before_write = lambda: None

    report = site.cycle.run(desired)

    assert site.slurm.writes == 0
    assert report.waiting is not None
    assert report.begun == ()


def test_plan_that_the_guard_refuses_is_shown_and_no_approval_sets_it_free(
    site: MemorySite,
) -> None:
    names = [f"p{number}" for number in range(10)]
    site.cycle.run(desired_state(*[project(name) for name in names]))
    site.cycle.mode = "plan_only"
    emptied = desired_state(*[project(name, members=()) for name in names])

    proposed = site.cycle.run(emptied)
    report = site.cycle.run(approving(emptied, proposed))

    assert "would remove 10 of 10 memberships" in report.refused
    assert report.proposed is not None
    assert report.proposed.refused == report.refused
    assert report.waiting == proposed.waiting
    assert len(site.slurm.members) == 10


@pytest.mark.parametrize("mode", ["full", "create_only", "plan_only"])
def test_plan_that_the_guard_stops_can_be_let_through_by_the_id_that_is_shown(
    site: MemorySite, mode: Mode
) -> None:
    names = [f"p{number}" for number in range(10)]
    site.cycle.run(desired_state(*[project(name) for name in names]))
    site.cycle.mode = mode
    emptied = desired_state(*[project(name, members=()) for name in names], project("new"))
    stopped = site.cycle.run(emptied)
    assert stopped.waiting is not None

    report = site.cycle.apply_reviewed(emptied, stopped.waiting, allows_removals=True)

    assert set(results(report).values()) == {"applied"}
    assert set(site.slurm.members) == {("new", "ada")}


def test_project_that_waits_is_not_tried_while_others_are(site: MemorySite) -> None:
    site.cycle.mode = "create_only"
    report = site.cycle.run(desired_state(project("p1"), project("p2", suspended=True)))
    assert [verdict.account for verdict in report.readiness] == ["p1"]


def test_record_that_cannot_be_read_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "begun.json"
    path.write_text("{", encoding="ascii")
    assert BegunPlans(path).ids == ()


def test_record_that_cannot_be_written_stops_the_plan(site: MemorySite, tmp_path: Path) -> None:
    site.cycle.mode = "plan_only"
    site.cycle.begun = BegunPlans(tmp_path / "missing" / "begun.json")
    desired = desired_state(project())
    proposed = site.cycle.run(desired)
    with pytest.raises(FatalConfigError, match="begun"):
        site.cycle.run(approving(desired, proposed))
    assert site.slurm.writes == 0
