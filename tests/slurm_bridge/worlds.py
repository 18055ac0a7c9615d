"""Small desired states and small clusters to test with."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from slurm_bridge.cycle import Cycle
from slurm_bridge.errors import TransientDirectoryError
from slurm_bridge.guard import GuardLimits
from slurm_bridge.normalise import actual_state
from slurm_bridge.readiness import ReadinessCheck
from slurm_bridge.slurm.memory import MemorySlurm
from slurm_bridge.wire import (
    ActualGroup,
    ActualState,
    ActualUser,
    DesiredAccount,
    DesiredGroup,
    DesiredQos,
    DesiredState,
    DesiredUser,
)

CLUSTER = "zellik"
TREE = (
    DesiredAccount(name="aif", parent="root", owner_mark="belfry-tree"),
    DesiredAccount(name="aif_fl", parent="aif", owner_mark="belfry-tree"),
)
ADA = DesiredUser(username="ada", uid=20001)
BOB = DesiredUser(username="bob", uid=20002)


@dataclass
class MemoryDirectory:
    """UNIX users and groups that live in memory."""

    uids: dict[str, int] = field(default_factory=dict)
    gids: dict[str, int] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def uid_of(self, username: str) -> int | None:
        return self.uids.get(username)

    def resolved(self, usernames: Collection[str]) -> dict[str, int]:
        return {name: self.uids[name] for name in usernames if name in self.uids}

    def create(self, user: DesiredUser) -> None:
        if user.username in self.uids or user.uid in self.uids.values():
            raise TransientDirectoryError(f"{user.username} or uid {user.uid} exists already")
        self.uids[user.username] = user.uid

    def groups(self, names: Collection[str]) -> tuple[ActualGroup, ...] | None:
        return tuple(
            ActualGroup(name=name, gid=gid, members=frozenset(self.members[name]))
            for name, gid in self.gids.items()
            if name in names
        )

    def create_group(self, group: DesiredGroup) -> None:
        if self.gids.setdefault(group.name, group.gid) != group.gid:
            raise TransientDirectoryError(f"group {group.name} has another number")
        if list(self.gids.values()).count(group.gid) > 1:
            del self.gids[group.name]
            raise TransientDirectoryError(f"gid {group.gid} exists already")

    def change_group(self, name: str, added: Collection[str], removed: Collection[str]) -> None:
        if name not in self.gids:
            raise TransientDirectoryError(f"group {name} does not exist")
        if not set(added) <= self.uids.keys():
            raise TransientDirectoryError("a user does not exist")
        self.members[name] = (self.members[name] | set(added)) - set(removed)


def project(name: str = "aif26fl0001", **changes: object) -> DesiredAccount:
    values = {
        "name": name,
        "parent": "aif_fl",
        "owner_mark": f"belfry-{name}",
        "qos": f"{name}_zellik",
        "members": ("ada",),
        "partitions": ("h200",),
    }
    return DesiredAccount.model_validate(values | changes)


def desired_state(
    *projects: DesiredAccount,
    users: Iterable[DesiredUser] = (ADA, BOB),
    gpu_minutes: int = 600,
    revision: str = "r1",
    partitions: tuple[str, ...] = ("h200",),
    cluster: str = CLUSTER,
) -> DesiredState:
    qos = tuple(
        DesiredQos(name=item.qos, owner_mark=item.owner_mark, gpu_minutes=gpu_minutes)
        for item in projects
        if item.qos
    )
    return DesiredState(
        revision=revision,
        cluster=cluster,
        generated_at=int(time.time()),
        users=tuple(users),
        qos=qos,
        accounts=(*TREE, *projects) if projects else (),
        partitions=partitions,
    )


def memory_slurm(directory: MemoryDirectory | None = None, **changes: object) -> MemorySlurm:
    partitions: dict[str, frozenset[str] | None] = {
        "h200": frozenset({"root", "physics"}),
        "open": None,
    }
    slurm = MemorySlurm(CLUSTER, partitions)
    if directory is not None:
        slurm.knows_user = directory.uids.__contains__
    for name, value in changes.items():
        setattr(slurm, name, value)
    return slurm


def read_state(
    slurm: MemorySlurm, directory: MemoryDirectory, desired: DesiredState
) -> ActualState:
    users = [
        ActualUser(username=user.username, uid=directory.uids[user.username])
        for user in desired.users
        if user.username in directory.uids
    ]
    return actual_state(
        cluster=slurm.cluster,
        reading=slurm.read(),
        users=users,
        read_at=1,
        adopted=[item.name for item in desired.accounts if item.adopted],
    )


@dataclass
class Clock:
    """A clock that moves only when somebody sleeps."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class MemorySite:
    """A whole site in memory, with the cycle that serves it."""

    directory: MemoryDirectory = field(default_factory=MemoryDirectory)
    clock: Clock = field(default_factory=Clock)
    limits: GuardLimits = field(default_factory=GuardLimits)

    def __post_init__(self) -> None:
        self.slurm = memory_slurm(self.directory)
        self.cycle = self.new_cycle()

    def new_cycle(self) -> Cycle:
        """What a restarted bridge would start with."""
        readiness = ReadinessCheck(self.slurm, clock=self.clock, sleep=self.clock.sleep)
        return Cycle(
            cluster=CLUSTER,
            slurm=self.slurm,
            directory=self.directory,
            readiness=readiness,
            limits=self.limits,
            clock=self.clock,
        )

    def make_foreign_account(self, name: str, parent: str = "root") -> None:
        self.slurm.create_accounts([name], parent, "somebody else's", None)
