"""Which accounts must be put on, or taken off, the access lists of partitions."""

from slurm_bridge import changes as ch
from slurm_bridge.plan_scope import Scope
from slurm_bridge.wire import ActualPartition, Conflict


def partition_changes(scope: Scope) -> tuple[list[ch.Change], list[Conflict]]:
    """Changes of access, and partitions that Belfry is asked to use but cannot."""
    changes: list[ch.Change] = []
    conflicts = _unmanaged_partitions(scope)
    for name in dict.fromkeys(scope.desired.partitions):
        found = scope.actual_partitions.get(name)
        if found is None:
            conflicts.append(Conflict(subject=f"partition {name}", reason="does not exist"))
        elif found.allow_accounts is not None:
            kept = scope.kept.get(name)
            kept_list = kept.allow_accounts if kept else None
            more, blocked = _access_changes(scope, name, found.allow_accounts, kept_list)
            changes += more
            conflicts += blocked
    return changes, conflicts


def _access_changes(
    scope: Scope, partition: str, allowed: frozenset[str], kept: frozenset[str] | None
) -> tuple[list[ch.Change], list[Conflict]]:
    """What brings the list right, both the one in force and the one that is kept."""
    wanted = {item.name for item in scope.accounts if partition in item.partitions}
    owned = {item.name for item in scope.accounts}
    lists = [allowed] if kept is None else [allowed, kept]
    opened = sorted(wanted - frozenset.intersection(*lists))
    closed = sorted((frozenset.union(*lists) & owned) - wanted)
    conflicts = []
    leaving = sorted(allowed & set(closed))
    if leaving and not (allowed - set(closed)) | set(opened):
        # Slurm reads an empty access list as "open to all".
        last = leaving[-1]
        closed.remove(last)
        reason = f"{last} is the last account on its list; without it the partition is open to all"
        conflicts.append(Conflict(subject=f"partition {partition}", reason=reason))
    changes: list[ch.Change] = [
        *(ch.OpenPartition(partition=partition, account=account) for account in opened),
        *(ch.ClosePartition(partition=partition, account=account) for account in closed),
    ]
    return changes, conflicts


def _unmanaged_partitions(scope: Scope) -> list[Conflict]:
    """Partitions that accounts need although Belfry may not change their access."""
    managed = set(scope.desired.partitions) | {item.name for item in scope.desired.dedicated}
    needed = {name: item.name for item in scope.accounts for name in item.partitions}
    conflicts = []
    for partition in sorted(set(needed) - managed):
        found = scope.actual_partitions.get(partition)
        if not _lets_in(found, needed[partition]):
            reason = f"account {needed[partition]} needs it, but Belfry may not change its access"
            conflicts.append(Conflict(subject=f"partition {partition}", reason=reason))
    return conflicts


def _lets_in(partition: ActualPartition | None, account: str) -> bool:
    if partition is None:
        return False
    return partition.allow_accounts is None or account in partition.allow_accounts
