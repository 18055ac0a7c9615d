"""The world that reconciling is measured on."""

from collections import Counter

from bench.one_by_one import extrapolated
from bench.one_cycle import KnownPeople
from bench.projects import PARTITION, SITE, changed, desired_state
from slurm_bridge.cycle import Cycle
from slurm_bridge.readiness import ReadinessCheck
from slurm_bridge.slurm.memory import MemorySlurm
from slurm_bridge.wire import SyncReport


def kinds(report: SyncReport) -> Counter[str]:
    assert {item.outcome for item in report.results} <= {"applied"}
    assert all(item.accepted for item in report.readiness)
    return Counter(item.change.kind for item in report.results)


def test_world_is_provisioned_whole_and_twenty_changes_are_what_they_say() -> None:
    before = desired_state(40)
    slurm = MemorySlurm(SITE, {PARTITION: frozenset({"root"})})
    people = KnownPeople({user.username: user.uid for user in before.users})
    cycle = Cycle(SITE, slurm, people, ReadinessCheck(slurm, sleep=lambda _: None))

    provisioned = kinds(cycle.run(before))
    idle = kinds(cycle.run(desired_state(40, confirmed=True)))
    mixed = kinds(cycle.run(changed(before)))

    assert provisioned["add_member"] == 400
    assert (provisioned["create_qos"], provisioned["create_account"]) == (40, 47)
    assert idle == {}
    # Of the three who leave, those whose default account it is get another one first.
    assert mixed.pop("move_default_account", 0) <= 3
    assert mixed == {
        "set_qos_budget": 4,
        "add_member": 4 + 20,
        "remove_member": 3,
        "suspend_account": 2,
        "resume_account": 2,
        "open_partition": 1 + 2,
        "close_partition": 2,
        "create_qos": 2,
        "create_account": 2,
    }


def test_extrapolation_takes_the_mean_of_an_empty_and_a_full_cluster() -> None:
    kinds = {"create_qos": 10, "create_account": 12}
    empty = {"create_qos": 0.4, "create_account": 0.5}
    full = {"create_qos": 0.6}  # The tree's accounts are there by then.
    assert extrapolated(kinds, empty, full) == 5 + 6
