"""Which partitions must be made, changed or removed: those of Belfry's own, and no others.

A partition carries no description. One is Belfry's if the line of the bridge's file that makes it
ends in the mark that the portal has on record for that very name.
"""

from collections.abc import Iterator

from slurm_bridge import changes as ch
from slurm_bridge.node_lists import NodeListError, folded, nodes_of
from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.plan_scope import Scope
from slurm_bridge.wire import ActualPartition, Conflict, DesiredPartition, KeptPartition


def dedicated_changes(scope: Scope) -> tuple[list[ch.Change], list[Conflict]]:
    """Changes of dedicated partitions, and those that cannot be had as they are wanted."""
    changes: list[ch.Change] = []
    conflicts: list[Conflict] = []
    taken: set[str] = set()
    for wanted in scope.desired.dedicated:
        reason = _why_not(scope, wanted, taken)
        if reason:
            conflicts.append(Conflict(subject=f"partition {wanted.name}", reason=reason))
            continue
        if not wanted.closed:
            taken |= nodes_of(wanted.nodes)
        changes += _changes(scope, wanted)
    return changes, [*conflicts, *_forgotten(scope)]


def settings_of(wanted: DesiredPartition) -> PartitionSettings:
    """The desired partition in the terms in which Slurm reports one."""
    return PartitionSettings(
        nodes=folded(wanted.nodes),
        accounts=(wanted.account,),
        default_minutes=min(wanted.default_minutes, wanted.max_minutes),
        max_minutes=wanted.max_minutes,
        max_nodes=wanted.max_nodes,
        priority=wanted.priority,
        memory_mb_per_cpu=wanted.memory_mb_per_cpu,
        is_open=not wanted.closed,
    )


def _why_not(  # noqa: PLR0911 - one line for each reason
    scope: Scope, wanted: DesiredPartition, taken: set[str]
) -> str:
    try:
        nodes = nodes_of(wanted.nodes)
    except NodeListError as error:
        return f"its nodes cannot be used: {error}"
    if wanted.name in scope.desired.partitions:
        return "is one of the administrator's, whose access only Belfry may change"
    if wanted.name not in scope.kept and wanted.name in scope.actual_partitions:
        return "exists and was not made by Belfry"
    if wanted.name in scope.kept and scope.kept[wanted.name].owner_mark != wanted.owner_mark:
        return "stands in the bridge's file, but was not made by Belfry for this project"
    if wanted.closed:
        return ""
    owners = {item.name for item in scope.accounts if item.owner_mark == wanted.owner_mark}
    if wanted.account not in owners:
        return f"its account {wanted.account} is not Belfry's"
    if nodes & taken:
        return f"{min(nodes & taken)} belongs to another dedicated partition"
    return ""


def _changes(scope: Scope, wanted: DesiredPartition) -> Iterator[ch.Change]:
    live = scope.actual_partitions.get(wanted.name)
    kept = scope.kept.get(wanted.name)
    if wanted.closed:
        yield from _end(wanted, live, kept)
    elif live is None or live.settings is None:
        yield ch.CreatePartition(
            partition=wanted.name, owner_mark=wanted.owner_mark, settings=settings_of(wanted)
        )
    else:
        yield from _correction(wanted, live.settings, kept)


def _correction(
    wanted: DesiredPartition, live: PartitionSettings, kept: KeptPartition | None
) -> Iterator[ch.Change]:
    after = settings_of(wanted)
    if live.is_open is None:
        after = after.model_copy(update={"is_open": None})
    if live != after or kept is None or kept.settings != after:
        yield ch.ModifyPartition(
            partition=wanted.name, owner_mark=wanted.owner_mark, before=live, after=after
        )


def _end(
    wanted: DesiredPartition, live: ActualPartition | None, kept: KeptPartition | None
) -> Iterator[ch.Change]:
    """Jobs that run or wait come to their end; only then does the partition go."""
    mark = wanted.owner_mark
    if live is None and kept is None:
        return
    if live is not None and live.settings is not None:
        closed = live.settings.model_copy(update={"is_open": False})
        if live.settings.is_open or kept is None or kept.settings != closed:
            yield ch.ModifyPartition(
                partition=wanted.name, owner_mark=mark, before=live.settings, after=closed
            )
    yield ch.DeletePartition(partition=wanted.name, owner_mark=mark)


def _forgotten(scope: Scope) -> Iterator[Conflict]:
    """Partitions that this or another Belfry made, of which the portal knows nothing."""
    known = {item.name for item in scope.desired.dedicated}
    for name in sorted(scope.kept.keys() - known):
        if scope.kept[name].owner_mark:
            reason = "was made by Belfry, but the portal does not know it: remove it by hand"
            yield Conflict(subject=f"partition {name}", reason=reason)
