"""What holds for every plan in the mode that only creates."""

from copy import deepcopy

from hypothesis import given, settings

from slurm_bridge import changes as ch
from slurm_bridge.apply import Applier
from slurm_bridge.permitted import Parts, split
from slurm_bridge.plan import plan
from slurm_bridge.slurm.memory import MemorySlurm
from slurm_bridge.wire import DesiredState
from tests.slurm_bridge.test_plan_properties import clusters, desired_states, directories
from tests.slurm_bridge.worlds import MemoryDirectory, read_state

DESTRUCTIVE = (
    ch.CancelJobs,
    ch.RemoveMember,
    ch.SuspendAccount,
    ch.ClosePartition,
    ch.SetQosBudget,
    ch.SetQosFlags,
    ch.SetAccountQos,
    ch.MoveAccount,
    ch.ModifyPartition,
    ch.DeletePartition,
)


def parts_of(desired: DesiredState, slurm: MemorySlurm, directory: MemoryDirectory) -> Parts:
    actual = read_state(slurm, directory, desired)
    return split(plan(desired, actual), desired, actual, "create_only")


@settings(max_examples=150, deadline=None)
@given(desired_states(), clusters(), directories())
def test_create_only_alters_nothing_that_was_there(
    desired: DesiredState, slurm: MemorySlurm, directory: MemoryDirectory
) -> None:
    before = deepcopy((slurm.accounts, slurm.members, slurm.qos, slurm.partitions))
    parts = parts_of(desired, slurm, directory)
    assert not any(isinstance(change, DESTRUCTIVE) for change in parts.free.changes)

    actual = read_state(slurm, directory, desired)
    Applier(slurm, directory, actual).apply(parts.free.changes)

    accounts, members, qos, partitions = before
    assert accounts.items() <= slurm.accounts.items()
    assert members.items() <= slurm.members.items()
    assert qos.items() <= slurm.qos.items()
    for name, allowed in partitions.items():
        now = slurm.partitions[name]
        assert now is None if allowed is None else now is not None and allowed <= now


@settings(max_examples=150, deadline=None)
@given(desired_states(), clusters(), directories())
def test_no_change_is_lost_between_the_two_parts(
    desired: DesiredState, slurm: MemorySlurm, directory: MemoryDirectory
) -> None:
    whole = plan(desired, read_state(slurm, directory, desired))
    parts = parts_of(desired, slurm, directory)
    together = sorted(map(str, (*parts.free.changes, *parts.waiting.changes)))
    assert together == sorted(map(str, whole.changes))


@settings(max_examples=150, deadline=None)
@given(desired_states(), clusters(), directories())
def test_what_waits_is_the_same_plan_after_the_rest_was_made(
    desired: DesiredState, slurm: MemorySlurm, directory: MemoryDirectory
) -> None:
    first = parts_of(desired, slurm, directory)
    actual = read_state(slurm, directory, desired)
    attempt = Applier(slurm, directory, actual).apply(first.free.changes)
    assert attempt.failed == attempt.deferred == {}

    second = parts_of(desired, slurm, directory)

    assert second.free.changes == ()
    assert second.waiting.plan_id == first.waiting.plan_id
