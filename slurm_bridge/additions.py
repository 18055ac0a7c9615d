"""New accounts and members of a plan, in the order and the portions in which they are written.

Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from slurm_bridge import changes as ch
from slurm_bridge.grouping import Batch, batches
from slurm_bridge.writing_way import Additions

# Half a minute to a minute of Slurm's time: so much is lost if the bridge is killed meanwhile.
MAX_LOADED = 2500


def is_addition(change: ch.Change) -> bool:
    """Whether a load could make it."""
    return isinstance(change, ch.CreateAccount | ch.AddMember)


def portions(changes: Batch, limit: int = MAX_LOADED) -> Iterator[Batch]:
    """Slices that one load may take; an account's members stay together."""
    portion: list[ch.Change] = []
    for group in _by_account(changes):
        if portion and len(portion) + len(group) > limit:
            yield tuple(portion)
            portion = []
        portion += group
    if portion:
        yield tuple(portion)


def left_to_right(changes: Batch, created: Iterable[ch.Change]) -> Batch:
    """Additions in the order in which Slurm's tree holds the accounts they belong to.

    Adding renumbers only what is to the right, so whatever has become large is left alone. Slurm
    keeps accounts that are made together in that order; those made earlier come first.
    """
    accounts = [change for change in created if isinstance(change, ch.CreateAccount)]
    parents = {
        parent: place for place, parent in enumerate(dict.fromkeys(a.parent for a in accounts))
    }
    ordered = sorted(accounts, key=lambda change: parents[change.parent])
    rank = {change.account: place for place, change in enumerate(ordered)}
    return tuple(sorted(changes, key=lambda change: rank.get(_account(change), -1)))


def measured(changes: Batch) -> Additions:
    """What decides how such additions are written."""
    commands = tuple(batches(changes))
    return Additions(
        are_accounts=isinstance(changes[0], ch.CreateAccount),
        entities=len(changes),
        parents=len({_parent(change) for change in changes}),
        commands=len(commands),
        visits=sum(_visits(command) for command in commands),
    )


def _visits(command: Batch) -> int:
    return 1 if len({_parent(change) for change in command}) == 1 else len(command)


def _by_account(changes: Batch) -> Iterator[list[ch.Change]]:
    groups: dict[str, list[ch.Change]] = defaultdict(list)
    for change in changes:
        groups[_account(change)].append(change)
    yield from groups.values()


def _account(change: ch.Change) -> str:
    if isinstance(change, ch.CreateAccount | ch.AddMember):
        return change.account
    raise TypeError(f"nothing is added by: {change}")


def _parent(change: ch.Change) -> str:
    return change.parent if isinstance(change, ch.CreateAccount) else _account(change)
