"""An account that slurmctld was not told of, since it was starting, is made once more."""

from pathlib import Path

import pytest

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.heard import unheard_of
from slurm_bridge.unheard import LAG_SECONDS, UnheardAccounts
from slurm_bridge.wire import DesiredState
from tests.slurm_bridge.programs import write_program
from tests.slurm_bridge.worlds import MemorySite, desired_state, project

NAME = "aif26fl0001"
ROOT = "ClusterName=zellik Account=root UserName= Partition= ParentAccount= Lft=1"
KNOWN = "ClusterName=zellik Account=p1 UserName= Partition= ParentAccount=root(1) Lft=2"
ORPHAN = "ClusterName=zellik Account=p2 UserName=ada(2001) Partition= ParentAccount= Lft=4"


@pytest.fixture
def site() -> MemorySite:
    """A site with a project whose account slurmctld does not know."""
    site = MemorySite()
    site.cycle.run(desired_state(project(members=())))
    site.slurm.unheard_accounts.add(NAME)
    return site


def verdicts(site: MemorySite, wanted: DesiredState) -> list[tuple[bool, str]]:
    return [(found.accepted, found.reason) for found in site.cycle.run(wanted).readiness]


def test_account_is_made_once_more_with_its_members(site: MemorySite) -> None:
    assert verdicts(site, desired_state(project())) == [(True, "")]
    assert site.slurm.unheard_accounts == set()
    assert not [item for item in site.slurm.members.values() if item.max_submit_jobs == 0]
    assert site.cycle.run(desired_state(project())).results == ()


def test_slow_slurmctld_is_given_time_to_hear_of_an_account(site: MemorySite) -> None:
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        site.slurm.unheard_accounts.clear()

    wanted = project()
    there = site.cycle.preview(desired_state(wanted))[1]
    before = site.slurm.writes
    assert UnheardAccounts(site.slurm, sleep).mend([wanted], there) == {}
    assert waited == [LAG_SECONDS]
    assert site.slurm.writes == before


def test_account_with_jobs_is_left_alone_and_not_called_ready(site: MemorySite) -> None:
    site.slurm.jobs.add((NAME, "ada"))

    ((accepted, reason),) = verdicts(site, desired_state(project()))

    assert not accepted
    assert "restart slurmctld" in reason
    assert (NAME, "ada") in site.slurm.jobs
    site.slurm.jobs.clear()
    assert verdicts(site, desired_state(project())) == [(True, "")]


def test_account_under_one_that_slurmctld_does_not_know_waits_for_a_restart(
    site: MemorySite,
) -> None:
    parent = site.slurm.accounts[NAME].parent
    site.slurm.unheard_accounts.add(parent)
    ((accepted, reason),) = verdicts(site, desired_state(project()))
    assert not accepted
    assert f"never told of account {parent}: restart" in reason
    assert NAME in site.slurm.accounts


def test_bridge_that_dies_after_any_step_of_it_is_repaired_by_the_next_cycle(
    site: MemorySite,
) -> None:
    wanted = desired_state(project())
    site.cycle.run(wanted)
    expected = site.slurm.read()
    for steps in range(1, 4):
        site.slurm.unheard_accounts.add(NAME)
        stop_after(site, steps)
        with pytest.raises(KeyboardInterrupt):
            site.cycle.run(wanted)
        site.slurm.before_write = lambda: None

        site.cycle.run(wanted)

        assert site.slurm.read() == expected
        assert site.slurm.unheard_accounts == set()


def stop_after(site: MemorySite, steps: int) -> None:
    """Let the bridge die at its next write but so many."""
    left = steps

    def count() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    site.slurm.before_write = count


def test_only_accounts_without_a_record_of_their_own_are_unheard_of(tmp_path: Path) -> None:
    assert unheard(tmp_path, ROOT, KNOWN, ORPHAN) == {"p2"}


@pytest.mark.parametrize("lines", [(), (KNOWN,), ("No associations currently cached in Slurm.",)])
def test_answer_without_root_says_nothing_about_others(
    tmp_path: Path, lines: tuple[str, ...]
) -> None:
    with pytest.raises(TransientSlurmError):
        unheard(tmp_path, *lines)


def unheard(folder: Path, *lines: str) -> set[str]:
    write_program(folder, "scontrol", "cat <<'END'\n" + "\n".join(lines) + "\nEND")
    return unheard_of(Commands(slurm_bin=folder), ["p1", "p2"])
