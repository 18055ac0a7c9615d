"""The UNIX group of each project: what it lacks, and what stands in its way. Pure."""

from collections.abc import Iterator

from slurm_bridge import changes as ch
from slurm_bridge.plan_scope import SYSTEM_UIDS, SYSTEM_USERS, Scope
from slurm_bridge.wire import ActualGroup, Conflict, DesiredGroup


def group_changes(
    scope: Scope, found: tuple[ActualGroup, ...] | None
) -> tuple[tuple[ch.Change, ...], tuple[Conflict, ...]]:
    """Changes and conflicts; neither where the site's groups are not Belfry's to make."""
    if found is None:
        return (), ()
    actual = {group.name: group for group in found}
    changes: list[ch.Change] = []
    conflicts: list[Conflict] = []
    for wanted in scope.desired.groups:
        reason = _why_unusable(wanted, actual.get(wanted.name))
        if reason:
            conflicts.append(Conflict(subject=f"group {wanted.name}", reason=reason))
        else:
            changes += _changes(wanted, actual.get(wanted.name), scope.usable_users)
    return tuple(changes), tuple(conflicts)


def _why_unusable(wanted: DesiredGroup, found: ActualGroup | None) -> str:
    """Why this group must be left alone on this host; empty if it need not."""
    if wanted.name in SYSTEM_USERS or wanted.gid in SYSTEM_UIDS:
        return f"with gid {wanted.gid} is kept for the system itself"
    if found and found.foreign:
        return "exists and was not made by Belfry"
    if found and found.gid != wanted.gid:
        return f"is gid {found.gid} on this host, but should be {wanted.gid}"
    return ""


def _changes(
    wanted: DesiredGroup, found: ActualGroup | None, usable_users: frozenset[str]
) -> Iterator[ch.Change]:
    if found is None:
        yield ch.CreateGroup(group=wanted.name, gid=wanted.gid)
    members = found.members if found else frozenset()
    for username in sorted(set(wanted.members) & usable_users - members):
        yield ch.AddToGroup(group=wanted.name, username=username)
    for username in sorted(members - set(wanted.members)):
        yield ch.RemoveFromGroup(group=wanted.name, username=username)
