"""Changes that one command can make together.

The number of commands grows with the kinds of change, not with the entities changed. Pure.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator
from itertools import product

from slurm_bridge import changes as ch

Batch = tuple[ch.Change, ...]
Pair = tuple[str, str]
MembershipChange = ch.AddMember | ch.RemoveMember

# Slurm needs about 20 ms for each association, and a command must end well before its timeout.
MAX_ENTITIES = 200

# Identity comes before association, a parent before its child, and a block before an opening.
# Kinds that stand together need not wait for each other.
_ORDER: tuple[tuple[type[ch.Change], ...], ...] = (
    (ch.CreateUser,),
    (ch.CreateGroup,),
    (ch.AddToGroup,),
    (ch.RemoveFromGroup,),
    (ch.CreateQos, ch.SetQosFlags, ch.SetQosBudget, ch.SuspendAccount, ch.MoveDefaultAccount),
    (ch.CreateAccount,),
    (ch.MoveAccount,),
    (ch.SetAccountQos,),
    (),  # Suspensions of accounts that the plan makes.
    (ch.AddMember,),
    (ch.CancelJobs,),
    (ch.RemoveMember,),
    (ch.OpenPartition, ch.ClosePartition),
    (ch.ModifyPartition,),
    (ch.DeletePartition,),
    (ch.CreatePartition,),
    (ch.ResumeAccount,),
)
_STAGE = {kind: number for number, kinds in enumerate(_ORDER) for kind in kinds}
_SUSPENDED_AT_ONCE = _ORDER.index(())


def stages(changes: Iterable[ch.Change]) -> Iterator[Batch]:
    """Changes in the order in which they must be applied; those of one stage in any order."""
    changes = tuple(changes)
    created = {change.account for change in changes if isinstance(change, ch.CreateAccount)}
    kinds: dict[int, list[ch.Change]] = defaultdict(list)
    for change in changes:
        is_of_new = isinstance(change, ch.SuspendAccount) and change.account in created
        kinds[_SUSPENDED_AT_ONCE if is_of_new else _STAGE[type(change)]].append(change)
    for _, stage in sorted(kinds.items()):
        yield tuple(stage)


def batches(changes: Iterable[ch.Change], limit: int = MAX_ENTITIES) -> Iterator[Batch]:
    """Changes that can share a command, in the order in which they must be applied."""
    for stage in stages(changes):
        together: dict[Hashable, list[ch.Change]] = defaultdict(list)
        rectangles = _rectangles(stage)
        for change in stage:
            together[_command(change), _shared(change, rectangles)].append(change)
        for group in together.values():
            yield from _cut(group, limit)


def removals_together(
    removals: Iterable[ch.Change], staying: Collection[Pair], limit: int = MAX_ENTITIES
) -> Iterator[Batch]:
    """Removals that can share a command: where its names cross is nobody who stays.

    sacctmgr takes every user it names out of every account it names.
    """
    batch: list[ch.Change] = []
    accounts: set[str] = set()
    users: set[str] = set()
    for change in removals:
        account, user = membership(change)
        named = list(product(accounts | {account}, users | {user}))
        if len(named) > limit or any(pair in staying for pair in named):
            yield from filter(None, (tuple(batch),))
            batch, accounts, users = [], set(), set()
        batch.append(change)
        accounts.add(account)
        users.add(user)
    yield from filter(None, (tuple(batch),))


def halves(batch: Batch) -> tuple[Batch, Batch]:
    """A batch in two, to find out which part of it Slurm refuses."""
    middle = len(batch) // 2
    return batch[:middle], batch[middle:]


def _cut(group: list[ch.Change], limit: int) -> Iterator[Batch]:
    """Slices of at most so many changes; a slice of memberships still names whole accounts."""
    if isinstance(group[0], MembershipChange):
        yield from _cut_rectangle(group, limit)
        return
    for start in range(0, len(group), limit):
        yield tuple(group[start : start + limit])


def _cut_rectangle(group: list[ch.Change], limit: int) -> Iterator[Batch]:
    rows: dict[str, list[ch.Change]] = defaultdict(list)
    for change in group:
        account, _ = membership(change)
        rows[account].append(change)
    width = min(len(next(iter(rows.values()))), limit)
    height = max(1, limit // width)
    accounts = list(rows.values())
    for left in range(0, len(accounts[0]), width):
        for top in range(0, len(accounts), height):
            block = accounts[top : top + height]
            yield tuple(change for row in block for change in row[left : left + width])


def membership(change: ch.Change) -> Pair:
    """The account and the user that a change of membership is about."""
    if not isinstance(change, MembershipChange):
        raise TypeError(f"no change of membership: {change}")
    return change.account, change.username


def _command(change: ch.Change) -> str:
    """What a command can be about; one names who is let into a partition and who no longer is."""
    return "access" if isinstance(change, ch.OpenPartition | ch.ClosePartition) else change.kind


def _shared(  # noqa: C901, PLR0911 - one line for each kind is easier to read than fewer returns
    change: ch.Change, rectangles: dict[Pair, Hashable]
) -> Hashable:
    """What else must be equal for changes to share a command."""
    match change:
        case ch.CreateUser() | ch.CreateGroup() | ch.CancelJobs():
            return change
        case ch.AddToGroup() | ch.RemoveFromGroup():
            return change.group
        case ch.CreateQos():
            return change.owner_mark, change.gpu_minutes, change.flags
        case ch.SetQosBudget() | ch.SetQosFlags() | ch.MoveAccount() | ch.SetAccountQos():
            return change.after
        case ch.MoveDefaultAccount():
            return change.after
        case ch.CreateAccount():
            return change.parent, change.owner_mark, change.qos
        case ch.AddMember() | ch.RemoveMember():
            return rectangles[change.kind, change.account]
        case ch.OpenPartition() | ch.ClosePartition():
            return change.partition
        case ch.CreatePartition() | ch.ModifyPartition() | ch.DeletePartition():
            return change.partition
        case ch.SuspendAccount() | ch.ResumeAccount():
            return None


def _rectangles(changes: Batch) -> dict[Pair, Hashable]:
    """For each account the users to add or remove; accounts with equal users share a command."""
    users: dict[Pair, list[str]] = defaultdict(list)
    for change in changes:
        if isinstance(change, MembershipChange):
            users[change.kind, change.account].append(change.username)
    return {key: tuple(sorted(names)) for key, names in users.items()}
