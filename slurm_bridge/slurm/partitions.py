"""Partitions and who may use them: in the running slurmctld, and in the file it starts from."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.slurm.live_partitions import LivePartitions
from slurm_bridge.slurm.partition_checks import require_nodes
from slurm_bridge.wire import ActualPartition, KeptPartition


class KeptLines(Protocol):
    """What outlasts a restart of slurmctld; what cannot be written raises TransientSlurmError."""

    def kept(self) -> tuple[KeptPartition, ...]:
        """Every line."""
        ...

    def change_access(
        self, partition: str, opened: Collection[str], closed: Collection[str]
    ) -> None:
        """Change the access list of an administrator's line, if there is one."""
        ...

    def put(self, name: str, owner_mark: str, settings: PartitionSettings) -> None:
        """Write the line of a partition of Belfry's own."""
        ...

    def remove(self, name: str) -> None:
        """Take out the line of a partition of Belfry's own."""
        ...


@dataclass(frozen=True)
class Partitions:
    """Changes both in the order in which a crash between the two does no harm."""

    live: LivePartitions
    file: KeptLines | None = None

    def read(self) -> tuple[ActualPartition, ...]:
        """Every partition, in one answer."""
        return self.live.read()

    def kept(self) -> tuple[KeptPartition, ...]:
        """What a restart of slurmctld would bring back."""
        return self.file.kept() if self.file else ()

    def change_access(
        self, partition: str, opened: Collection[str], closed: Collection[str]
    ) -> None:
        """Change the lists as they are now, leaving all other accounts on them.

        The running slurmctld comes first: access is given even where the file cannot be written.
        """
        allowed = self._found(partition).allow_accounts
        if allowed is not None:
            wanted = (allowed - set(closed)) | set(opened)
            if wanted != allowed:
                self.live.set_accounts(partition, wanted)
        if self.file is not None:
            self.file.change_access(partition, opened, closed)

    def create(self, name: str, owner_mark: str, settings: PartitionSettings) -> None:
        """Make a partition; its line comes first.

        Without it every `scontrol reconfigure` would remove the partition and kill its jobs.
        """
        file = self._file()
        require_nodes(settings.nodes, self.live.node_names())
        if self._is_there(name):
            raise TransientSlurmError(f"there is a partition {name} already")
        file.put(name, owner_mark, settings)
        try:
            self.live.create(name, settings)
        except TransientSlurmError:
            if not self._is_there(name):
                file.remove(name)
            raise

    def modify(self, name: str, owner_mark: str, settings: PartitionSettings) -> None:
        """Give a partition these settings, now and after a restart."""
        file = self._file()
        if self._found(name).settings != settings:
            self.live.modify(name, settings)
        file.put(name, owner_mark, settings)

    def delete(self, name: str) -> None:
        """Remove a partition that no job uses; its line goes last, since it proves whose it was."""
        file = self._file()
        if self._is_there(name):
            self.live.delete(name)
        file.remove(name)

    def _is_there(self, name: str) -> bool:
        return any(item.name == name for item in self.live.read())

    def _found(self, name: str) -> ActualPartition:
        found = next((item for item in self.live.read() if item.name == name), None)
        if found is None:
            raise TransientSlurmError(f"there is no partition {name}")
        return found

    def _file(self) -> KeptLines:
        if self.file is None:
            raise TransientSlurmError(
                "a partition of its own needs `partitions_file` in the bridge's configuration:"
                " without it, the next `scontrol reconfigure` would kill the jobs on it"
            )
        return self.file
