"""Which projects a cycle tries to submit to, as whom, and how patiently."""

import pytest

from slurm_bridge.slurm.interface import Answer
from tests.slurm_bridge.worlds import MemorySite, desired_state, project


@pytest.fixture
def site() -> MemorySite:
    return MemorySite()


def test_confirmed_project_is_verified_again_when_it_was_changed(site: MemorySite) -> None:
    site.cycle.run(desired_state(project()))

    report = site.cycle.run(desired_state(project(confirmed=True), gpu_minutes=700))

    assert [verdict.accepted for verdict in report.readiness] == [True]


def test_newest_member_is_the_one_who_is_tried(site: MemorySite) -> None:
    site.cycle.run(desired_state(project()))

    report = site.cycle.run(desired_state(project(members=("ada", "bob"))))

    assert [verdict.username for verdict in report.readiness] == ["bob"]


def test_suspended_project_is_not_tried(site: MemorySite) -> None:
    report = site.cycle.run(desired_state(project(suspended=True)))

    assert report.readiness == ()
    assert site.slurm.accounts["aif26fl0001"].grp_submit_jobs == 0


def test_project_that_slurm_refuses_is_reported_as_not_ready_with_the_reason(
    site: MemorySite,
) -> None:
    report = site.cycle.run(desired_state(project(), gpu_minutes=0))

    (verdict,) = report.readiness
    assert not verdict.accepted
    assert verdict.reason == "QOSGrpGRESMinutes"


def test_readiness_waits_for_slurmctld_to_learn_of_the_member(site: MemorySite) -> None:
    answers = [Answer(False, "not yet"), Answer(False, "not yet"), Answer(True)]
    site.slurm.would_accept = lambda _: answers.pop(0)  # type: ignore[method-assign]

    report = site.cycle.run(desired_state(project()))

    assert [verdict.accepted for verdict in report.readiness] == [True]


def test_readiness_loses_patience_once_for_all_projects(site: MemorySite) -> None:
    began = site.clock()
    site.slurm.would_accept = lambda _: Answer(False, "no")  # type: ignore[method-assign]

    report = site.cycle.run(desired_state(*[project(f"p{n}") for n in range(20)]))

    assert len(report.readiness) == 20
    assert 3 <= site.clock() - began < 10


def test_association_older_than_its_user_is_refreshed_so_that_slurmctld_looks_again(
    site: MemorySite,
) -> None:
    site.cycle.run(desired_state(project(members=())))
    site.directory.uids.clear()
    site.slurm.add_members(["aif26fl0001"], ["ada"])

    report = site.cycle.run(desired_state(project()))

    assert [verdict.accepted for verdict in report.readiness] == [True]
