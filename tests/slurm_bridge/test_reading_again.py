"""What is read again after a plan, and what of the reading before it still holds."""

from slurm_bridge import changes as ch
from slurm_bridge.reading_again import (
    MOST_ACCOUNTS,
    accounts_to_read_again,
    brought_up_to_date,
)
from slurm_bridge.slurm.memory import MemorySlurm
from tests.slurm_bridge.worlds import MemorySite, desired_state, memory_slurm, project


def test_only_the_accounts_that_a_plan_names_are_read_again() -> None:
    changes = [
        ch.AddMember(account="p1", username="ada"),
        ch.SuspendAccount(account="p2"),
        ch.SetQosBudget(qos="p3_zellik", before=1, after=2),
    ]

    assert accounts_to_read_again(changes) == {"p1", "p2"}


def test_a_plan_of_budgets_leaves_all_associations_as_they_were() -> None:
    assert accounts_to_read_again([ch.SetQosBudget(qos="p1", before=1, after=2)]) == frozenset()


def test_what_a_moved_account_hands_down_is_read_again_everywhere() -> None:
    moved = ch.MoveAccount(account="aif_fl", before="root", after="aif")

    assert accounts_to_read_again([moved]) is None


def test_after_a_large_plan_everything_is_read_again() -> None:
    changes = [ch.SuspendAccount(account=f"p{number}") for number in range(MOST_ACCOUNTS + 1)]

    assert accounts_to_read_again(changes) is None
    assert len(accounts_to_read_again(changes[1:]) or ()) == MOST_ACCOUNTS


def test_a_reading_brought_up_to_date_is_as_if_all_had_been_read() -> None:
    slurm = world()
    before = slurm.read()
    slurm.add_members(["p1"], ["bob"])
    slurm.remove_members(["p2"], ["ada"])
    slurm.create_accounts(["p4"], "root", "belfry-p4", None)
    touched = frozenset({"p1", "p2", "p4"})

    found = brought_up_to_date(before, slurm.read(touched), touched)

    whole = slurm.read()
    assert set(found.associations) == set(whole.associations)
    assert len(found.associations) == len(whole.associations)
    assert (found.accounts, found.qos, found.partitions) == (
        whole.accounts,
        whole.qos,
        whole.partitions,
    )


def test_a_cycle_reports_what_it_changed_and_all_else_as_it_was() -> None:
    site = MemorySite()
    projects = [project(f"aif26fl{number:04}") for number in range(1, 5)]
    site.cycle.run(desired_state(*projects))

    report = site.cycle.run(
        desired_state(project("aif26fl0001", members=("ada", "bob")), *projects[1:])
    )

    assert report.actual is not None
    assert report.actual.accounts == site.cycle.preview(desired_state(*projects))[1].accounts
    members = {item.name: item.members for item in report.actual.accounts}
    assert members["aif26fl0001"] == {"ada", "bob"}
    assert members["aif26fl0004"] == {"ada"}


def test_a_loss_of_what_was_just_added_is_seen_and_made_good() -> None:
    site = MemorySite()
    site.cycle.run(desired_state(project()))
    add, lost = site.slurm.add_members, []

    def lose_once(accounts: list[str], usernames: list[str]) -> None:
        add(accounts, usernames)
        if not lost:
            lost.append(site.slurm.members.pop((accounts[0], usernames[0])))

    site.slurm.add_members = lose_once  # type: ignore[method-assign, assignment]

    report = site.cycle.run(desired_state(project(members=("ada", "bob"))))

    assert [item.outcome for item in report.results] == ["applied"]
    assert ("aif26fl0001", "bob") in site.slurm.members


def world() -> MemorySlurm:
    slurm = memory_slurm()
    slurm.create_accounts(["p1", "p2", "p3"], "root", "belfry-x", None)
    slurm.add_members(["p1", "p2", "p3"], ["ada"])
    return slurm
