"""The two kinds of Slurm that one contract is tested on."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.testbed.layout import site_named
from slurm_bridge.directory.interface import Directory
from slurm_bridge.directory.local import LocalDirectory
from slurm_bridge.normalise import actual_state
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.interface import Slurm
from slurm_bridge.slurm.site import SlurmSite
from slurm_bridge.wire import ActualAccount, ActualPartition, ActualQos, ActualState, DesiredUser
from tests.slurm_bridge.worlds import MemoryDirectory, memory_slurm
from tests.testbed import Testbed

SITE = "zellik"
PARTITION = "h200"


@dataclass
class ClusterUnderTest:
    """A cluster, with names that nobody else uses."""

    slurm: Slurm
    directory: Directory
    prefix: str
    users: tuple[DesiredUser, DesiredUser]

    def name(self, suffix: str = "p") -> str:
        return f"{self.prefix}{suffix}"

    def state(self) -> ActualState:
        reading = self.slurm.read()
        return actual_state(cluster=SITE, reading=reading, users=(), read_at=1)

    def account(self, name: str) -> ActualAccount | None:
        return next((item for item in self.state().accounts if item.name == name), None)

    def qos(self, name: str) -> ActualQos | None:
        return next((item for item in self.state().qos if item.name == name), None)

    def partition(self, name: str) -> ActualPartition:
        return next(item for item in self.state().partitions if item.name == name)

    def make_project(self, suffix: str = "p", gpu_minutes: int = 60) -> str:
        """An account with its QOS of the same name, under root."""
        name = self.name(suffix)
        self.slurm.create_qos([name], f"belfry-{name}", gpu_minutes, ["NoDecay", "DenyOnLimit"])
        self.slurm.create_accounts([name], "root", f"belfry-{name}", name)
        return name

    def make_user(self, index: int = 0) -> str:
        """A UNIX user who can be resolved."""
        user = self.users[index]
        if self.directory.uid_of(user.username) is None:
            self.directory.create(user)
        return user.username


def some_users(prefix: str) -> tuple[DesiredUser, DesiredUser]:
    uid = 60_000 + secrets.randbelow(1_000_000)
    return (
        DesiredUser(username=f"{prefix}u", uid=uid),
        DesiredUser(username=f"{prefix}v", uid=uid + 1),
    )


def memory_cluster() -> ClusterUnderTest:
    directory = MemoryDirectory()
    return ClusterUnderTest(
        slurm=memory_slurm(directory),
        directory=directory,
        prefix="ct",
        users=some_users("ct"),
    )


@contextmanager
def real_cluster(testbed: Testbed, folder: Path) -> Iterator[ClusterUnderTest]:
    """The testbed's Slurm at one site; what was made there is removed afterwards."""
    commands = Commands(slurm_conf=testbed.layout.slurm_conf(site_named(SITE)))
    prefix = f"ct{secrets.token_hex(4)}"
    slurm = SlurmSite(commands, SITE)
    allowed = next(p for p in slurm.partitions.read() if p.name == PARTITION).allow_accounts
    record = testbed.layout.unix_users
    users = some_users(prefix)
    try:
        yield ClusterUnderTest(
            slurm=slurm,
            directory=LocalDirectory(commands, home_base=folder, record_file=record),
            prefix=prefix,
            users=users,
        )
    finally:
        _forget(slurm, prefix)
        access = ",".join(sorted(allowed or {"ALL"}))
        commands.attempt(
            "scontrol", "update", f"PartitionName={PARTITION}", f"AllowAccounts={access}"
        )
        for user in users:
            commands.attempt("userdel", "--force", user.username)


def _forget(slurm: SlurmSite, prefix: str) -> None:
    """Delete every account, membership and QOS whose name begins so."""
    reading = slurm.read()
    accounts = sorted({r.name for r in reading.accounts if r.name.startswith(prefix)})
    members = sorted({r.user for r in reading.associations if r.account in accounts and r.user})
    qos = sorted({r.name for r in reading.qos if r.name.startswith(prefix)})
    for entity, names in (("user", members), ("account", accounts), ("qos", qos)):
        if names:
            slurm.commands.attempt("sacctmgr", "-i", "delete", entity, ",".join(names))
