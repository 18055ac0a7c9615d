"""Slurm's rows, put into the terms of the desired state, so that equal means equal."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from slurm_bridge.ownership import carries_any_mark
from slurm_bridge.rows import AccountRow, AssociationRow, QosRow, SlurmReading
from slurm_bridge.wire import ActualAccount, ActualGroup, ActualQos, ActualState, ActualUser


def actual_state(
    *,
    cluster: str,
    reading: SlurmReading,
    users: Iterable[ActualUser],
    groups: Iterable[ActualGroup] | None = None,
    read_at: int,
    adopted: Collection[str] = (),
) -> ActualState:
    """What the cluster has: Belfry's accounts in full, all others only by name and description.

    Belfry's are those that carry a mark, and the adopted ones.
    """
    return ActualState(
        cluster=cluster,
        read_at=read_at,
        users=tuple(sorted(users, key=lambda user: user.username)),
        groups=None if groups is None else tuple(sorted(groups, key=lambda group: group.name)),
        qos=tuple(_qos(row) for row in sorted(reading.qos, key=lambda row: row.name)),
        accounts=_accounts(cluster, reading, adopted),
        partitions=tuple(sorted(reading.partitions, key=lambda item: item.name)),
        kept_partitions=tuple(sorted(reading.kept_partitions, key=lambda item: item.name)),
    )


def _qos(row: QosRow) -> ActualQos:
    return ActualQos(
        name=row.name,
        description=row.description,
        gpu_minutes=row.gpu_minutes,
        flags=row.flags,
    )


def _accounts(
    cluster: str, reading: SlurmReading, adopted: Collection[str]
) -> tuple[ActualAccount, ...]:
    own: dict[str, AssociationRow] = {}
    members: dict[str, set[str]] = defaultdict(set)
    leaving: dict[str, set[str]] = defaultdict(set)
    for row in reading.associations:
        if row.cluster != cluster or row.partition:
            continue
        if not row.user:
            own[row.account] = row
            continue
        members[row.account].add(row.user)
        if row.max_submit_jobs == 0:
            leaving[row.account].add(row.user)
    descriptions = _descriptions(reading.accounts)
    return tuple(
        _account(
            name=name,
            description=descriptions.get(name, ""),
            row=own.get(name),
            members=members[name],
            leaving=leaving[name],
            is_adopted=name in adopted,
        )
        for name in sorted(own.keys() | descriptions.keys())
    )


def _descriptions(rows: Iterable[AccountRow]) -> dict[str, str]:
    """Descriptions by account; one that is listed twice is forged, so neither is believed."""
    rows = tuple(rows)
    times = Counter(row.name for row in rows)
    return {row.name: row.description if times[row.name] == 1 else "" for row in rows}


def _account(
    *,
    name: str,
    description: str,
    row: AssociationRow | None,
    members: set[str],
    leaving: set[str],
    is_adopted: bool,
) -> ActualAccount:
    if row is None:
        return ActualAccount(name=name, parent="", description=description)
    if not (is_adopted or carries_any_mark(description)):
        return ActualAccount(name=name, parent=row.parent, description=description)
    return ActualAccount(
        name=name,
        parent=row.parent,
        description=description,
        qos=row.qos,
        default_qos=row.default_qos or None,
        members=frozenset(members),
        leaving=frozenset(leaving),
        suspended=row.grp_submit_jobs == 0,
    )
