"""What somebody has changed by hand in Slurm since Belfry last saw it. Pure.

A planned change puts right what somebody else did exactly if Slurm had something else when the
bridge last looked; otherwise the change carries out a decision of the portal's.
"""

from collections.abc import Iterable

from slurm_bridge import changes as ch
from slurm_bridge.wire import ActualAccount, ActualPartition, ActualState, Drift

NO_LIMIT = "no limit"
MISSING = "missing"
MEMBER = "member"
NO_MEMBER = "no member"
BLOCKED = "new jobs blocked"
OPEN = "open"
CLOSED = "closed"
ACCEPTED = "new jobs accepted"
REFUSED = "new jobs refused"
LONGEST_VALUE = 300
_CREATIONS = (ch.CreateQos, ch.CreateAccount, ch.CreatePartition)


def drift_of(
    last: ActualState, now: ActualState, changes: Iterable[ch.Change]
) -> tuple[Drift, ...]:
    """Those of the planned changes whose subject differs from what it was in `last`."""
    before, after = _Reading(last), _Reading(now)
    found = []
    for change in changes:
        expected, value = before.value(change), after.value(change)
        is_part_of_it = value == MISSING and not isinstance(change, _CREATIONS)
        if value != expected != MISSING and not is_part_of_it:
            found.append(
                Drift(
                    change=change,
                    expected=expected[:LONGEST_VALUE],
                    found=value[:LONGEST_VALUE],
                    last_right_at=last.read_at,
                )
            )
    return tuple(found)


def target(change: ch.Change) -> str:
    """What a change is meant to reach, whatever was there before."""
    return change.model_dump_json(exclude={"before"})


class _Reading:
    """One state of the cluster, asked about the subjects of changes."""

    def __init__(self, state: ActualState) -> None:
        self._qos = {item.name: item for item in state.qos}
        self._accounts = {item.name: item for item in state.accounts if item.parent}
        self._partitions = {item.name: item for item in state.partitions}

    def value(self, change: ch.Change) -> str:
        """What the subject of a change is here, as people say it; MISSING where it is not."""
        match change:
            case ch.CreateQos() | ch.SetQosBudget() | ch.SetQosFlags():
                return self._of_qos(change)
            case ch.CreateUser() | ch.DeletePartition() | ch.MoveDefaultAccount() | ch.CancelJobs():
                return MISSING
            case ch.CreateGroup() | ch.AddToGroup() | ch.RemoveFromGroup():
                return MISSING  # A group is no part of Slurm: it is put right without asking.
            case ch.CreatePartition() | ch.ModifyPartition():
                return _of_partition(self._partitions.get(change.partition), change)
            case ch.OpenPartition() | ch.ClosePartition():
                return _of_access(self._partitions.get(change.partition), change.account)
            case _:
                return _of_account(self._accounts.get(change.account), change)

    def _of_qos(self, change: ch.CreateQos | ch.SetQosBudget | ch.SetQosFlags) -> str:
        found = self._qos.get(change.qos)
        if found is None:
            return MISSING
        match change:
            case ch.CreateQos():
                return change.qos
            case ch.SetQosBudget():
                return NO_LIMIT if found.gpu_minutes is None else str(found.gpu_minutes)
            case ch.SetQosFlags():
                return _listed(found.flags)


def _of_partition(
    found: ActualPartition | None, change: ch.CreatePartition | ch.ModifyPartition
) -> str:
    if found is None:
        return MISSING
    if isinstance(change, ch.CreatePartition) or found.settings is None:
        return change.partition
    return found.settings.words()


def _of_access(found: ActualPartition | None, account: str) -> str:
    if found is None:
        return MISSING
    is_open = found.allow_accounts is None or account in found.allow_accounts
    return OPEN if is_open else CLOSED


def _of_account(
    found: ActualAccount | None,
    change: ch.CreateAccount
    | ch.MoveAccount
    | ch.SetAccountQos
    | ch.AddMember
    | ch.RemoveMember
    | ch.SuspendAccount
    | ch.ResumeAccount,
) -> str:
    if found is None:
        return MISSING
    match change:
        case ch.CreateAccount():
            return change.account
        case ch.MoveAccount():
            return found.parent
        case ch.SetAccountQos():
            return f"{_listed(found.qos)} (by default {found.default_qos or 'none'})"
        case ch.SuspendAccount() | ch.ResumeAccount():
            return REFUSED if found.suspended else ACCEPTED
        case _:
            return _of_member(found, change)


def _of_member(found: ActualAccount, change: ch.AddMember | ch.RemoveMember) -> str:
    if isinstance(change, ch.AddMember) and change.username in found.leaving:
        return BLOCKED
    return MEMBER if change.username in found.members else NO_MEMBER


def _listed(names: Iterable[str]) -> str:
    return ",".join(sorted(names)) or "none"
