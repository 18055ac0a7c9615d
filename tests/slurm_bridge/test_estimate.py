"""What a plan costs and whose jobs it concerns, before anything is changed."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.plan import Plan
from slurm_bridge.plan_command import print_plan
from slurm_bridge.wire import DesiredState, PlanOutline
from tests.slurm_bridge.worlds import MemorySite, desired_state, project


@pytest.fixture
def site() -> MemorySite:
    """A project with two members, each with a job; somebody foreign has one too."""
    site = MemorySite()
    site.cycle.run(desired_state(project(members=("ada", "bob"))))
    site.slurm.jobs = {("aif26fl0001", "ada"), ("aif26fl0001", "bob"), ("physics", "bob")}
    return site


def outline_of(site: MemorySite, desired: DesiredState) -> PlanOutline:
    wanted, _ = site.cycle.preview(desired)
    return site.cycle.outline(wanted, desired)


def test_removal_concerns_the_jobs_of_the_member_in_that_account(site: MemorySite) -> None:
    found = outline_of(site, desired_state(project()))
    assert [str(change) for change in found.changes] == ["remove bob from account aif26fl0001"]
    assert (found.jobs, found.jobs_in_all) == ((1,), 1)


def test_jobs_that_several_changes_concern_count_once_in_all(site: MemorySite) -> None:
    found = outline_of(site, desired_state(project(partitions=(), suspended=True)))
    assert found.jobs == (2, 1, 2)
    assert found.jobs_in_all == 2


@pytest.mark.parametrize(("minutes", "jobs"), [(300, 2), (900, 0)])
def test_only_a_smaller_budget_concerns_jobs(site: MemorySite, minutes: int, jobs: int) -> None:
    both = project(members=("ada", "bob"))
    assert outline_of(site, desired_state(both, gpu_minutes=minutes)).jobs == (jobs,)


def test_openings_concern_no_job() -> None:
    site = MemorySite()
    site.slurm.jobs = {("aif26fl0001", "ada")}
    found = outline_of(site, desired_state(project()))
    assert set(found.jobs or ()) == {0}


def test_cost_grows_with_the_kinds_of_change(site: MemorySite) -> None:
    names = [f"p{number}" for number in range(50)]
    found = outline_of(
        site, desired_state(*[project(name, owner_mark="belfry-all", qos="q") for name in names])
    )
    assert len(found.changes) > 100
    assert found.commands < 10
    assert 3 < found.seconds < 15


def test_queue_that_cannot_be_read_leaves_the_jobs_unknown(site: MemorySite) -> None:
    def unreadable() -> dict[tuple[str, str], int]:
        raise TransientSlurmError("slurmctld is down")

    site.slurm.jobs_by_member = unreadable  # type: ignore[method-assign]

    found = outline_of(site, desired_state(project()))

    assert (found.jobs, found.jobs_in_all) == (None, None)
    assert "an unknown number of running or waiting jobs" in printed(found, terminal=False)


def test_terminal_shows_a_table_and_a_pipe_plain_lines(site: MemorySite) -> None:
    found = outline_of(site, desired_state(project()))
    shown, piped = printed(found, terminal=True), printed(found, terminal=False)

    assert "┃" in shown
    assert "remove bob from account aif26fl0001" in shown
    assert piped.splitlines()[0] == "remove bob from account aif26fl0001 [jobs: 1]"
    assert "--plan-id " + found.plan_id in shown
    assert "--plan-id " + found.plan_id in piped


def test_nothing_to_change_is_said_in_words() -> None:
    site = MemorySite()
    desired = desired_state(users=())
    assert printed(site.cycle.outline(Plan(), desired), terminal=True) == "nothing to change\n"


def printed(plan: PlanOutline, *, terminal: bool) -> str:
    page = io.StringIO()
    console = Console(file=page, force_terminal=terminal, width=100, color_system=None)
    print_plan(plan, Path("zellik.toml"), console)
    return page.getvalue()
