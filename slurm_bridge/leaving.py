"""Members who leave, and the jobs that they are waited for."""

from collections.abc import Callable, Collection, Iterable, Mapping

from slurm_bridge.wire import ActualAccount, ActualState, DesiredAccount, DesiredState
from slurm_bridge.wire_leaving import MOST_JOBS, LeavingMember, QueuedJob

Member = tuple[str, str]
Jobs = Mapping[Member, tuple[QueuedJob, ...]]


def leavers(desired: DesiredState, actual: ActualState) -> set[Member]:
    """Each (account, username) of a membership that is to end."""
    found = {item.name: item for item in actual.accounts}
    return {
        (item.name, username)
        for item in desired.accounts
        if item.name in found
        for username in _leavers(item, found[item.name])
    }


def blocked_leavers(desired: DesiredState, actual: ActualState) -> set[Member]:
    """Those of them who can start no more jobs, so that what they have is all they will have."""
    blocked = {(item.name, username) for item in actual.accounts for username in item.leaving}
    return leavers(desired, actual) & blocked


def waited_for(
    members: Collection[Member], jobs_in: Callable[[Collection[str]], Jobs]
) -> tuple[LeavingMember, ...]:
    """Those who still have jobs, with these; Slurm is asked only where somebody leaves."""
    queue = jobs_in({account for account, _ in members}) if members else {}
    return tuple(
        LeavingMember(
            account=account,
            username=username,
            jobs=queue[account, username][:MOST_JOBS],
            jobs_in_all=len(queue[account, username]),
        )
        for account, username in sorted(members)
        if queue.get((account, username))
    )


def _leavers(wanted: DesiredAccount, found: ActualAccount) -> Iterable[str]:
    if wanted.adopted:
        return found.members & frozenset(wanted.adopted.removed)
    return found.members - set(wanted.members)
