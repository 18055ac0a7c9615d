"""Sites with projects, as login nodes see them."""

from collections.abc import Iterable
from datetime import date

from slurm_bridge.normalise import actual_state
from slurm_bridge.rows import AccountRow, AssociationRow, SlurmReading
from slurm_bridge.slurm.budgets import BudgetCounter, SiteFigures
from slurm_bridge.wire import (
    ActualPartition,
    ActualState,
    ActualUser,
    DesiredAccount,
    DesiredState,
    DesiredUser,
)
from tests.slurm_bridge.worlds import ADA, BOB, CLUSTER, TREE, desired_state, project

LAST_DAY = date(2027, 3, 31)
FIGURES = SiteFigures(
    counters={"aif26fl0001_zellik": BudgetCounter(used=120, reserved=60)},
    gpu_types={"h200": ("h200",), "mixed": ("a100", "h200"), "debug": ()},
)


def open_project(name: str = "aif26fl0001", **changes: object) -> DesiredAccount:
    return project(name, **({"ends_on": LAST_DAY} | changes))


def world(
    *projects: DesiredAccount,
    gpu_minutes: int = 600,
    users: Iterable[DesiredUser] = (ADA, BOB),
    partitions: tuple[str, ...] = ("h200", "mixed"),
) -> tuple[DesiredState, ActualState]:
    """A desired state, and a cluster that has all of it."""
    users = tuple(users)
    desired = desired_state(*projects, users=users, gpu_minutes=gpu_minutes, partitions=partitions)
    return desired, actual_of((*TREE, *projects), users)


def actual_of(accounts: Iterable[DesiredAccount], users: Iterable[DesiredUser]) -> ActualState:
    accounts = tuple(accounts)
    rows = [
        AssociationRow(
            CLUSTER, item.name, parent=item.parent, qos=frozenset({item.qos or "normal"})
        )
        for item in accounts
    ]
    rows += [
        AssociationRow(CLUSTER, item.name, user=name) for item in accounts for name in item.members
    ]
    reading = SlurmReading(
        associations=(AssociationRow(CLUSTER, "root"), *rows),
        accounts=tuple(AccountRow(item.name, item.owner_mark) for item in accounts),
        qos=(),
        partitions=(ActualPartition(name="h200", allow_accounts=frozenset({"root"})),),
    )
    known = [ActualUser(username=user.username, uid=user.uid) for user in users]
    return actual_state(cluster=CLUSTER, reading=reading, users=known, read_at=1)
