"""Slurm's answer in the terms of the desired state."""

from dataclasses import replace

from slurm_bridge.normalise import actual_state
from slurm_bridge.rows import AccountRow, AssociationRow
from slurm_bridge.wire import ActualAccount, ActualState, SyncReport
from tests.slurm_bridge.worlds import CLUSTER, MemorySite, desired_state, memory_slurm, project


def state_of(reading: object) -> ActualState:
    return actual_state(cluster=CLUSTER, reading=reading, users=(), read_at=1)  # type: ignore[arg-type]


def account(state: ActualState, name: str) -> ActualAccount:
    return next(item for item in state.accounts if item.name == name)


def test_own_accounts_are_shown_in_full() -> None:
    site = MemorySite()
    site.cycle.run(desired_state(project()))

    found = account(state_of(site.slurm.read()), "aif26fl0001")

    assert found.members == {"ada"}
    assert found.parent == "aif_fl"


def test_foreign_accounts_are_shown_without_their_people() -> None:
    slurm = memory_slurm()
    slurm.create_accounts(["physics"], "root", "of the physicists", None)
    slurm.add_members(["physics"], ["zoe"])

    found = account(state_of(slurm.read()), "physics")

    assert found.members == set()
    assert found.description == "of the physicists"


def test_account_of_another_cluster_has_no_parent_here() -> None:
    slurm = memory_slurm()
    slurm.descriptions["lyon"] = "x"

    assert account(state_of(slurm.read()), "lyon").parent == ""


def test_rows_of_another_cluster_and_of_single_partitions_are_no_membership() -> None:
    slurm = memory_slurm()
    slurm.create_accounts(["p"], "root", "belfry-p", None)
    reading = slurm.read()
    strays = (
        AssociationRow("charleroi", "p", "eve"),
        AssociationRow(CLUSTER, "p", "max", partition="h200"),
    )
    reading = replace(reading, associations=(*reading.associations, *strays))

    assert account(state_of(reading), "p").members == set()


def test_description_given_twice_is_believed_neither_time() -> None:
    slurm = memory_slurm()
    slurm.create_accounts(["p"], "root", "somebody's", None)
    reading = slurm.read()
    forged = replace(reading, accounts=(*reading.accounts, AccountRow("p", "belfry-p")))

    assert account(state_of(forged), "p").description == ""


def test_state_survives_the_journey_to_the_portal() -> None:
    site = MemorySite()
    site.directory.uids["bob"] = 33
    report = site.cycle.run(desired_state(project()))

    assert SyncReport.model_validate_json(report.model_dump_json()) == report
