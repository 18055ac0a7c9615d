"""What of the desired state Belfry may act on, and what it must leave to a person."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from slurm_bridge.ownership import carries_any_mark, carries_mark
from slurm_bridge.wire import (
    ActualAccount,
    ActualPartition,
    ActualQos,
    ActualState,
    Conflict,
    DesiredAccount,
    DesiredQos,
    DesiredState,
    DesiredUser,
    KeptPartition,
)

ROOT_ACCOUNT = "root"
SYSTEM_USERS = frozenset({"root", "slurm", "munge", "nobody"})
# What Debian and systemd keep for themselves above the numbers of people, nobody included.
SYSTEM_UIDS = range(60_000, 65_536)


@dataclass(frozen=True)
class Scope:
    """Both worlds, with everything foreign taken out of the desired one."""

    desired: DesiredState
    actual_qos: dict[str, ActualQos]
    actual_accounts: dict[str, ActualAccount]
    actual_partitions: dict[str, ActualPartition]
    kept: dict[str, KeptPartition]
    resolved_uids: dict[str, int]
    usable_users: frozenset[str]
    qos: tuple[DesiredQos, ...]
    accounts: tuple[DesiredAccount, ...]
    conflicts: tuple[Conflict, ...]

    def associated(self, account: str) -> ActualAccount | None:
        """The account as this cluster has it; None also where only another cluster has it."""
        found = self.actual_accounts.get(account)
        return found if found and found.parent else None

    def without_adopted(self) -> "Scope":
        """The same, without the accounts of which only members are Belfry's to change."""
        return replace(self, accounts=tuple(item for item in self.accounts if not item.adopted))


def scope_of(desired: DesiredState, actual: ActualState) -> Scope:
    """Split the desired state into what may be planned and conflicts to report."""
    actual_qos = {item.name: item for item in actual.qos}
    actual_accounts = {item.name: item for item in actual.accounts}
    resolved_uids = {user.username: user.uid for user in actual.users}
    blocked_qos = {item.subject: item for item in _foreign_qos(desired, actual_qos)}
    blocked = _blocked_accounts(desired, actual_accounts, set(blocked_qos))
    return Scope(
        desired=desired,
        actual_qos=actual_qos,
        actual_accounts=actual_accounts,
        actual_partitions={item.name: item for item in actual.partitions},
        kept={item.name: item for item in actual.kept_partitions},
        resolved_uids=resolved_uids,
        usable_users=frozenset(
            user.username for user in desired.users if not _why_unusable(user, resolved_uids)
        ),
        qos=_plannable_qos(desired, set(blocked_qos), set(blocked)),
        accounts=tuple(item for item in desired.accounts if item.name not in blocked),
        conflicts=(
            *_identity_conflicts(desired, resolved_uids),
            *(_named("QOS", item) for item in blocked_qos.values()),
            *(_named("account", item) for item in blocked.values()),
        ),
    )


def _named(kind: str, conflict: Conflict) -> Conflict:
    return conflict.model_copy(update={"subject": f"{kind} {conflict.subject}"})


def _foreign_qos(desired: DesiredState, actual_qos: dict[str, ActualQos]) -> Iterator[Conflict]:
    project_marks = {account.qos: account.owner_mark for account in desired.accounts}
    for wanted in desired.qos:
        found = actual_qos.get(wanted.name)
        marks = {wanted.owner_mark, project_marks.get(wanted.name, wanted.owner_mark)}
        if found and not any(carries_mark(found.description, mark) for mark in marks):
            yield Conflict(subject=wanted.name, reason="exists and was not made by Belfry")


def _blocked_accounts(
    desired: DesiredState, actual_accounts: dict[str, ActualAccount], blocked_qos: set[str]
) -> dict[str, Conflict]:
    """Foreign accounts and all under them, so that nothing is ever built on foreign ground."""
    blocked: dict[str, Conflict] = {}
    known = {ROOT_ACCOUNT}
    qos_names = {item.name for item in desired.qos}
    for wanted in desired.accounts:
        reason = _blocking_reason(wanted, actual_accounts, blocked, known)
        if not reason and wanted.qos and wanted.qos not in qos_names:
            reason = f"its QOS {wanted.qos} is not part of the desired state"
        if not reason and wanted.qos in blocked_qos:
            reason = f"its QOS {wanted.qos} was not made by Belfry"
        if reason:
            is_taken = _is_foreign(wanted, actual_accounts) or wanted.qos in blocked_qos
            blocked[wanted.name] = Conflict(
                subject=wanted.name,
                reason=reason,
                taken_account=wanted.name if wanted.qos and is_taken else "",
            )
        else:
            known.add(wanted.name)
    return blocked


def _blocking_reason(
    wanted: DesiredAccount,
    actual_accounts: dict[str, ActualAccount],
    blocked: dict[str, Conflict],
    known: set[str],
) -> str:
    if wanted.name == ROOT_ACCOUNT:
        return "is Slurm's own"
    if wanted.adopted:
        return _why_not_adopted(actual_accounts.get(wanted.name))
    if _is_foreign(wanted, actual_accounts):
        return "exists and was not made by Belfry"
    if wanted.parent in blocked:
        return f"its parent {wanted.parent} cannot be used"
    if wanted.parent not in known:
        return f"its parent {wanted.parent} is no account of Belfry's"
    return ""


def _why_not_adopted(found: ActualAccount | None) -> str:
    """Why an account that the portal has adopted must be left alone; empty if it need not."""
    if found is None or not found.parent:
        return "was adopted, but is no longer on this cluster"
    if carries_any_mark(found.description):
        return "was adopted, but carries the mark of a Belfry"
    return ""


def _is_foreign(wanted: DesiredAccount, actual_accounts: dict[str, ActualAccount]) -> bool:
    found = actual_accounts.get(wanted.name)
    return found is not None and not carries_mark(found.description, wanted.owner_mark)


def _plannable_qos(
    desired: DesiredState, blocked_qos: set[str], blocked_accounts: set[str]
) -> tuple[DesiredQos, ...]:
    """QOS that are Belfry's, without those that only blocked accounts would use."""
    useless = {item.qos for item in desired.accounts if item.name in blocked_accounts}
    useful = {item.qos for item in desired.accounts if item.name not in blocked_accounts}
    skipped = blocked_qos | {name for name in useless - useful if name}
    return tuple(item for item in desired.qos if item.name not in skipped)


def _identity_conflicts(desired: DesiredState, resolved_uids: dict[str, int]) -> Iterator[Conflict]:
    for user in desired.users:
        reason = _why_unusable(user, resolved_uids)
        if reason:
            yield Conflict(subject=f"user {user.username}", reason=reason)
    known = {user.username for user in desired.users}
    members = {name for account in desired.accounts for name in account.members}
    for username in sorted(members - known):
        yield Conflict(subject=f"user {username}", reason="is a member without a UNIX identity")


def _why_unusable(user: DesiredUser, resolved_uids: dict[str, int]) -> str:
    """Why this identity must be left alone on this host; empty if it need not."""
    if user.username in SYSTEM_USERS or user.uid in SYSTEM_UIDS:
        return f"with uid {user.uid} is kept for the system itself"
    found = resolved_uids.get(user.username, user.uid)
    return "" if found == user.uid else f"is uid {found} on this host, but should be {user.uid}"
