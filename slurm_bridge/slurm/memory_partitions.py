"""Partitions of a Slurm that lives in memory, with the file that it would start from."""

from collections.abc import Collection
from dataclasses import dataclass, field

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.slurm.partition_checks import require_nodes, require_some
from slurm_bridge.slurm.partition_file import NOBODY
from slurm_bridge.wire import ActualPartition, KeptPartition


@dataclass
class MemoryPartitions:
    """slurmctld's partitions; refuses what the real one refuses, and changes nothing then."""

    access: dict[str, frozenset[str] | None]
    nodes: frozenset[str] = frozenset()
    settings: dict[str, PartitionSettings] = field(default_factory=dict)
    """Of those that were made here; access lists are kept in `access`."""
    jobs: set[str] = field(default_factory=set)
    """Partitions on which a job runs or waits."""

    def read(self) -> tuple[ActualPartition, ...]:
        """Every partition."""
        return tuple(self._actual(name) for name in self.access)

    def set_accounts(self, name: str, accounts: frozenset[str]) -> None:
        """Let exactly these accounts in; there must be one."""
        require_some(name, accounts)
        self._require(name)
        self.access[name] = accounts

    def create(self, name: str, settings: PartitionSettings) -> None:
        """Make a partition that is not there."""
        require_nodes(settings.nodes, self.nodes)
        if name in self.access:
            raise TransientSlurmError("Invalid partition name specified")
        self._set(name, settings)

    def modify(self, name: str, settings: PartitionSettings) -> None:
        """Give a partition all of these settings; one that is paused stays so."""
        require_nodes(settings.nodes, self.nodes)
        self._require(name)
        self._set(name, settings)

    def delete(self, name: str) -> None:
        """Remove a partition; refused while a job runs or waits on it."""
        self._require(name)
        if name in self.jobs:
            raise TransientSlurmError("Partition is in use")
        del self.access[name]
        self.settings.pop(name, None)

    def node_names(self) -> frozenset[str]:
        """Every node of the cluster."""
        return self.nodes

    def takes_jobs(self, name: str) -> bool:
        """Whether a new job may be submitted to it."""
        made = self.settings.get(name)
        return made is None or made.is_open is True

    def _actual(self, name: str) -> ActualPartition:
        accounts, settings = self.access[name], self.settings.get(name)
        if settings is not None:
            settings = settings.model_copy(update={"accounts": tuple(sorted(accounts or ()))})
        return ActualPartition(name=name, allow_accounts=accounts, settings=settings)

    def _set(self, name: str, settings: PartitionSettings) -> None:
        self.settings[name] = settings
        self.access[name] = frozenset(settings.accounts) or None

    def _require(self, name: str) -> None:
        if name not in self.access:
            raise TransientSlurmError("Invalid partition name specified")


@dataclass
class MemoryPartitionFile:
    """What outlasts a restart; None instead of it stands for a site that keeps no such file."""

    lines: dict[str, KeptPartition] = field(default_factory=dict)
    is_full: bool = False
    """The disk takes nothing more."""

    def kept(self) -> tuple[KeptPartition, ...]:
        """Every line."""
        return tuple(self.lines.values())

    def change_access(
        self, partition: str, opened: Collection[str], closed: Collection[str]
    ) -> None:
        """Change the access list of an administrator's line, if there is one."""
        line = self.lines.get(partition)
        if line is None or line.allow_accounts is None:
            return
        wanted = (line.allow_accounts - set(closed)) | set(opened) or NOBODY
        if wanted != line.allow_accounts:
            self._write()
            self.lines[partition] = line.model_copy(update={"allow_accounts": wanted})

    def put(self, name: str, owner_mark: str, settings: PartitionSettings) -> None:
        """Write the line of a partition of Belfry's own."""
        self._write()
        self.lines[name] = KeptPartition(
            name=name,
            owner_mark=owner_mark,
            allow_accounts=frozenset(settings.accounts) or None,
            settings=settings,
        )

    def remove(self, name: str) -> None:
        """Take out the line of a partition of Belfry's own."""
        if name in self.lines:
            self._write()
            del self.lines[name]

    def _write(self) -> None:
        if self.is_full:
            raise TransientSlurmError("No space left on device")
