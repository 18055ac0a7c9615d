"""Where the default account of a leaving member goes. Pure.

Slurm 22.05 lets a user's default account be removed and leaves them without any, so that `sbatch`
without an account fails; where one command names it beside another account, it refuses.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from slurm_bridge import changes as ch
from slurm_bridge.rows import AssociationRow
from slurm_bridge.wire import ActualDefault, ActualState


def with_defaults(
    actual: ActualState,
    defaults: Mapping[str, str],
    associations: Iterable[AssociationRow],
) -> ActualState:
    """The state with these users' default accounts, and where else each of them is a member."""
    accounts: dict[str, set[str]] = defaultdict(set)
    for row in associations:
        if row.cluster == actual.cluster and row.user in defaults:
            accounts[row.user].add(row.account)
    found = tuple(
        ActualDefault(
            username=username,
            account=account,
            others=tuple(sorted(accounts[username] - {account})),
        )
        for username, account in sorted(defaults.items())
        if account
    )
    return actual.model_copy(update={"defaults": found})


def default_moves(
    changes: Iterable[ch.Change], actual: ActualState
) -> Iterator[ch.MoveDefaultAccount]:
    """What must be moved before members leave; nobody is moved who has no other account."""
    leaving = {
        (change.account, change.username)
        for change in changes
        if isinstance(change, ch.RemoveMember)
    }
    for item in actual.defaults:
        if (item.account, item.username) not in leaving:
            continue
        staying = [name for name in item.others if (name, item.username) not in leaving]
        if staying:
            yield ch.MoveDefaultAccount(
                username=item.username, before=item.account, after=staying[0]
            )
