"""How a member leaves: blocked at once, removed when no job of theirs is left."""

import pytest

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.interface import TestSubmission
from tests.slurm_bridge.worlds import MemorySite, desired_state, project


@pytest.fixture
def site() -> MemorySite:
    return MemorySite()


def test_member_with_jobs_is_blocked_now_and_removed_when_they_have_ended(
    site: MemorySite,
) -> None:
    site.cycle.run(desired_state(project(members=("ada", "bob"))))
    site.slurm.jobs = {("aif26fl0001", "bob")}
    without_bob = desired_state(project())

    report = site.cycle.run(without_bob)

    (result,) = report.results
    assert result.outcome == "deferred"
    assert "jobs of bob" in result.reason
    assert site.slurm.jobs == {("aif26fl0001", "bob")}
    refused = site.slurm.would_accept(TestSubmission("aif26fl0001", "bob", "h200"))
    assert not refused.accepted

    site.slurm.jobs = set()
    site.cycle.run(without_bob)
    assert ("aif26fl0001", "bob") not in site.slurm.members


def test_leaving_member_who_is_wanted_back_may_submit_again(site: MemorySite) -> None:
    both = desired_state(project(members=("ada", "bob")))
    site.cycle.run(both)
    site.slurm.jobs = {("aif26fl0001", "bob")}
    site.cycle.run(desired_state(project()))

    site.cycle.run(both)

    assert site.slurm.would_accept(TestSubmission("aif26fl0001", "bob", "h200")).accepted


def test_removal_waits_where_the_queue_cannot_be_read(site: MemorySite) -> None:
    site.cycle.run(desired_state(project(members=("ada", "bob"))))

    def unreadable() -> set[tuple[str, str]]:
        raise TransientSlurmError("slurmctld is down")

    site.slurm.busy_members = unreadable  # type: ignore[method-assign]

    (result,) = site.cycle.run(desired_state(project())).results

    assert result.outcome == "deferred"
    assert ("aif26fl0001", "bob") in site.slurm.members


def test_only_those_without_jobs_are_removed_from_several_accounts(site: MemorySite) -> None:
    both = ("ada", "bob")
    full = desired_state(project("p1", members=both), project("p2", members=both))
    site.cycle.run(full)
    site.slurm.jobs = {("p1", "ada"), ("p2", "bob")}

    site.cycle.run(desired_state(project("p1", members=()), project("p2", members=())))

    assert set(site.slurm.members) == {("p1", "ada"), ("p2", "bob")}
