"""Which projects are told of on login nodes, and what is said of each. Pure."""

from collections.abc import Iterable, Iterator

from slurm_bridge.login.ledger import ProjectBalance
from slurm_bridge.login.submit_file import EXPIRED, OPEN, SUSPENDED, SubmitRow
from slurm_bridge.plan_scope import scope_of
from slurm_bridge.slurm.budgets import BudgetCounter, SiteFigures
from slurm_bridge.wire import ActualState, DesiredAccount, DesiredState


def balances(
    desired: DesiredState, actual: ActualState, figures: SiteFigures
) -> tuple[ProjectBalance, ...]:
    """Every project that is Belfry's own and that this cluster has; nothing of anybody else's."""
    granted = {item.name: item.gpu_minutes for item in desired.qos}
    return tuple(
        _balance(account, granted[account.qos], figures.counters.get(account.qos))
        for account in _granted_accounts(desired, actual)
        if account.qos
    )


def submit_rows(
    desired: DesiredState, actual: ActualState, found: Iterable[ProjectBalance]
) -> Iterator[SubmitRow]:
    """The same projects as slurmctld needs them."""
    uids = {user.username: user.uid for user in actual.users}
    wanted = {account.name: account for account in desired.accounts}
    for balance in found:
        members = (uids[name] for name in balance.members if name in uids)
        yield SubmitRow(balance, _status(wanted[balance.account]), tuple(members))


def _granted_accounts(desired: DesiredState, actual: ActualState) -> Iterator[DesiredAccount]:
    scope = scope_of(desired, actual)
    for account in scope.accounts:
        if account.qos and scope.associated(account.name):
            members = tuple(name for name in account.members if name in scope.usable_users)
            yield account.model_copy(update={"members": members})


def _balance(
    account: DesiredAccount, granted: int, counter: BudgetCounter | None
) -> ProjectBalance:
    counter = counter or BudgetCounter()
    return ProjectBalance(
        account=account.name,
        qos=account.qos or "",
        partitions=account.partitions,
        granted_gpu_minutes=granted,
        used_gpu_minutes=counter.used,
        reserved_gpu_minutes=counter.reserved,
        ends_on=account.ends_on.isoformat() if account.ends_on else "",
        closed_because=_why_closed(account),
        members=account.members,
    )


def _status(account: DesiredAccount) -> str:
    if not account.suspended:
        return OPEN
    return SUSPENDED if account.closed_because else EXPIRED


def _why_closed(account: DesiredAccount) -> str:
    match _status(account):
        case "suspended":
            return f"suspended: {account.closed_because}"
        case "expired":
            return f"expired, its last day was {account.ends_on or 'in the past'}"
    return ""
