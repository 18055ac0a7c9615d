"""The difference between what is desired and what is, as an ordered list of changes.

Pure: no I/O and no clock. The portal calls the same function for the preview that staff see.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from slurm_bridge import changes as ch
from slurm_bridge.default_accounts import default_moves
from slurm_bridge.plan_access import partition_changes
from slurm_bridge.plan_cancels import cancels
from slurm_bridge.plan_dedicated import dedicated_changes
from slurm_bridge.plan_groups import group_changes
from slurm_bridge.plan_scope import Scope, scope_of
from slurm_bridge.wire import ActualAccount, ActualState, Conflict, DesiredAccount, DesiredState


class Plan(BaseModel):
    """Changes in the order of application, and what Belfry wants but may not do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    changes: tuple[ch.Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    @cached_property
    def plan_id(self) -> str:
        """The same for every plan with the same content, and for no other."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to change; conflicts may remain."""
        return not self.changes

    def lines(self) -> list[str]:
        """The plan as sentences for people, one a line."""
        wanted = [str(change) for change in self.changes]
        blocked = [f"conflict: {item.subject}: {item.reason}" for item in self.conflicts]
        return wanted + blocked

    def __str__(self) -> str:
        return "\n".join(self.lines()) or "nothing to change"


def plan(desired: DesiredState, actual: ActualState) -> Plan:
    """Everything that must change so that Slurm has what the portal wants, and no more."""
    scope = scope_of(desired, actual)
    own = scope.without_adopted()
    access, access_conflicts = partition_changes(own)
    dedicated, dedicated_conflicts = dedicated_changes(scope)
    memberships = (*_membership_changes(own), *_adopted_membership_changes(scope))
    groups, group_conflicts = group_changes(scope, actual.groups)
    changes = (
        *_user_changes(scope),
        *groups,
        *_qos_changes(scope),
        *_account_changes(own),
        *_suspensions(own),
        *default_moves(memberships, actual),
        *cancels(memberships, desired, actual),
        *memberships,
        *access,
        *dedicated,
        *_resumptions(own),
    )
    conflicts = (*scope.conflicts, *group_conflicts, *access_conflicts, *dedicated_conflicts)
    return Plan(changes=changes, conflicts=conflicts)


def _user_changes(scope: Scope) -> Iterator[ch.Change]:
    for user in scope.desired.users:
        if user.username in scope.usable_users and user.username not in scope.resolved_uids:
            yield ch.CreateUser(username=user.username, uid=user.uid)


def _qos_changes(scope: Scope) -> Iterator[ch.Change]:
    for wanted in scope.qos:
        found = scope.actual_qos.get(wanted.name)
        if found is None:
            yield ch.CreateQos(
                qos=wanted.name,
                owner_mark=wanted.owner_mark,
                gpu_minutes=wanted.gpu_minutes,
                flags=tuple(sorted(wanted.flags)),
            )
            continue
        if not wanted.flags <= found.flags:
            yield ch.SetQosFlags(
                qos=wanted.name,
                before=tuple(sorted(found.flags)),
                after=tuple(sorted(wanted.flags | found.flags)),
            )
        if found.gpu_minutes != wanted.gpu_minutes:
            yield ch.SetQosBudget(
                qos=wanted.name, before=found.gpu_minutes, after=wanted.gpu_minutes
            )


def _account_changes(scope: Scope) -> Iterator[ch.Change]:
    for wanted in scope.accounts:
        found = scope.associated(wanted.name)
        if found is None:
            yield ch.CreateAccount(
                account=wanted.name,
                parent=wanted.parent,
                owner_mark=wanted.owner_mark,
                qos=wanted.qos,
            )
        else:
            yield from _account_corrections(wanted, found)


def _account_corrections(wanted: DesiredAccount, found: ActualAccount) -> Iterator[ch.Change]:
    if found.parent != wanted.parent:
        yield ch.MoveAccount(account=wanted.name, before=found.parent, after=wanted.parent)
    if wanted.qos and (found.qos != {wanted.qos} or found.default_qos != wanted.qos):
        before = tuple(sorted(found.qos))
        yield ch.SetAccountQos(account=wanted.name, before=before, after=wanted.qos)


def _suspensions(scope: Scope) -> Iterator[ch.Change]:
    for wanted in scope.accounts:
        found = scope.associated(wanted.name)
        if wanted.suspended and not (found and found.suspended):
            yield ch.SuspendAccount(account=wanted.name)


def _resumptions(scope: Scope) -> Iterator[ch.Change]:
    for wanted in scope.accounts:
        found = scope.associated(wanted.name)
        if not wanted.suspended and found and found.suspended:
            yield ch.ResumeAccount(account=wanted.name)


def _membership_changes(scope: Scope) -> Iterator[ch.Change]:
    for wanted in scope.accounts:
        found = scope.associated(wanted.name)
        working = found.members - found.leaving if found else frozenset()
        for username in sorted(set(wanted.members) - working):
            if username in scope.usable_users:
                yield ch.AddMember(account=wanted.name, username=username)
        for username in sorted((found.members if found else frozenset()) - set(wanted.members)):
            yield ch.RemoveMember(account=wanted.name, username=username)


def _adopted_membership_changes(scope: Scope) -> Iterator[ch.Change]:
    """Only what the portal has decided since the adoption; whoever was there is left alone."""
    for wanted in scope.accounts:
        found = scope.associated(wanted.name)
        if not (wanted.adopted and found):
            continue
        here = found.members - found.leaving
        for username in sorted(set(wanted.members) - here - set(wanted.adopted.recorded)):
            if username in scope.usable_users:
                yield ch.AddMember(account=wanted.name, username=username)
        for username in sorted(found.members & set(wanted.adopted.removed)):
            yield ch.RemoveMember(account=wanted.name, username=username)
