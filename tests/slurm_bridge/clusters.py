"""The two kinds of Slurm that one contract is tested on."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.testbed.history import Accounting
from deploy.testbed.layout import SITES, site_named
from deploy.testbed.root_program import clusters_of
from deploy.testbed.settings import has_newest_slurm, require_settings
from slurm_bridge.directory.interface import Directory
from slurm_bridge.directory.local import LocalDirectory
from slurm_bridge.normalise import actual_state
from slurm_bridge.slurm.choice import PartitionsBy
from slurm_bridge.slurm.interface import Slurm
from slurm_bridge.slurm.memory import MemorySlurm
from slurm_bridge.slurm.memory_partitions import MemoryPartitionFile
from slurm_bridge.slurm.partition_file import PartitionFile
from slurm_bridge.slurm.site import SlurmSite
from slurm_bridge.slurm.slurm_conf import SlurmConf
from slurm_bridge.wire import (
    ActualAccount,
    ActualPartition,
    ActualQos,
    ActualState,
    DesiredUser,
    KeptPartition,
)
from tests.slurm_bridge.root_programs import FEWEST_UID, MANY, installed_as_root
from tests.slurm_bridge.worlds import MemoryDirectory, memory_slurm
from tests.testbed import Testbed

SITE = "zellik"
PARTITION = "h200"
NODES = ("zellik-gpu1", "zellik-gpu2")


@dataclass
class ClusterUnderTest:
    """A cluster, with names that nobody else uses."""

    slurm: Slurm
    directory: Directory
    prefix: str
    users: tuple[DesiredUser, DesiredUser]
    untold: Callable[[], AbstractContextManager[None]]
    """While open, slurmctld is not told of what is made, as while it starts."""
    can_be_untold: bool = True
    """The newest slurmdbd tells whoever is connected, whatever stands in its table."""

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

    def kept(self, name: str) -> KeptPartition | None:
        return next((item for item in self.state().kept_partitions if item.name == name), None)

    def has_partition(self, name: str) -> bool:
        return any(item.name == name for item in self.state().partitions)

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
    uid = FEWEST_UID + secrets.randbelow(MANY - 1)
    return (
        DesiredUser(username=f"{prefix}u", uid=uid),
        DesiredUser(username=f"{prefix}v", uid=uid + 1),
    )


def memory_cluster(*, keeps_partitions: bool = False) -> ClusterUnderTest:
    directory = MemoryDirectory()
    slurm = memory_slurm(directory)
    slurm.controller.nodes = frozenset(NODES)
    if keeps_partitions:
        slurm.partition_file = memory_file(slurm)
    return ClusterUnderTest(
        slurm=slurm,
        directory=directory,
        prefix="ct",
        users=some_users("ct"),
        untold=lambda: memory_untold(slurm),
    )


@contextmanager
def memory_untold(slurm: MemorySlurm) -> Iterator[None]:
    before, accounts_before = set(slurm.qos), set(slurm.accounts)
    yield
    slurm.unheard_qos |= set(slurm.qos) - before
    slurm.unheard_accounts |= set(slurm.accounts) - accounts_before


@contextmanager
def really_untold(testbed: Testbed) -> Iterator[None]:
    """slurmdbd tells those only who have a port in its table of clusters."""
    layout = testbed.layout
    accounting = Accounting(layout, site_named(SITE), require_settings(layout))
    ((port,),) = accounting.sql(f"SELECT control_port FROM cluster_table WHERE name = '{SITE}'")
    accounting.sql(f"UPDATE cluster_table SET control_port = 0 WHERE name = '{SITE}'")
    try:
        yield
    finally:
        accounting.sql(f"UPDATE cluster_table SET control_port = {port} WHERE name = '{SITE}'")


def memory_file(slurm: MemorySlurm) -> MemoryPartitionFile:
    """A file with the administrator's lines of the partitions that are there."""
    lines = (KeptPartition(name=n, allow_accounts=a) for n, a in slurm.partitions.items())
    return MemoryPartitionFile({line.name: line for line in lines})


@contextmanager
def real_cluster(
    testbed: Testbed, folder: Path, *, keeps_partitions: bool = False, by: PartitionsBy = "scontrol"
) -> Iterator[ClusterUnderTest]:
    """The testbed's Slurm at one site; what was made there is removed afterwards."""
    slurm_conf = testbed.layout.slurm_conf(site_named(SITE))
    commands = testbed.commands(SITE)
    prefix = f"ct{secrets.token_hex(4)}"
    kept = testbed.layout.partitions_file(site_named(SITE))
    file = PartitionFile(kept, SlurmConf(commands, slurm_conf)) if keeps_partitions else None
    before = kept.read_text()
    as_root = installed_as_root(folder, commands, clusters_of(testbed.layout, SITES))
    slurm = SlurmSite(commands, SITE, as_root=as_root, partition_file=file, partitions_by=by)
    allowed = next(p for p in slurm.partitions.read() if p.name == PARTITION).allow_accounts
    record = testbed.layout.unix_users
    users = some_users(prefix)
    try:
        yield ClusterUnderTest(
            slurm=slurm,
            directory=LocalDirectory(as_root, record_file=record),
            prefix=prefix,
            users=users,
            untold=lambda: really_untold(testbed),
            can_be_untold=not has_newest_slurm(testbed.layout, site_named(SITE)),
        )
    finally:
        _cancel_jobs(slurm, prefix)
        _forget(slurm, prefix)
        _forget_partitions(slurm, prefix)
        kept.write_text(before)
        access = ",".join(sorted(allowed or {"ALL"}))
        commands.attempt(
            "scontrol", "update", f"PartitionName={PARTITION}", f"AllowAccounts={access}"
        )
        for user in users:
            commands.attempt("userdel", "--force", user.username)


def _forget_partitions(slurm: SlurmSite, prefix: str) -> None:
    """Delete every partition whose name begins so, with the jobs on it."""
    for found in slurm.partitions.read():
        if found.name.startswith(prefix):
            slurm.commands.attempt("scancel", f"--partition={found.name}")
            wait_until(lambda name=found.name: name not in slurm.busy_partitions())
            slurm.commands.attempt("scontrol", "delete", f"PartitionName={found.name}")


def wait_until(happened: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _cancel_jobs(slurm: SlurmSite, prefix: str) -> None:
    """End every job in accounts whose names begin so, since a deleted user's jobs would linger."""
    names = {row.name for row in slurm.read_accounts() if row.name.startswith(prefix)}
    for name in names & {account for account, _ in slurm.busy_members()}:
        slurm.commands.attempt("scancel", f"--account={name}")


def _forget(slurm: SlurmSite, prefix: str) -> None:
    """Delete every account, membership and QOS whose name begins so."""
    reading = slurm.read()
    accounts = sorted({r.name for r in reading.accounts if r.name.startswith(prefix)})
    members = sorted({r.user for r in reading.associations if r.account in accounts and r.user})
    qos = sorted({r.name for r in reading.qos if r.name.startswith(prefix)})
    for entity, names in (("user", members), ("account", accounts), ("qos", qos)):
        if names:
            slurm.commands.attempt("sacctmgr", "-i", "delete", entity, ",".join(names))
