"""What can be done to the partitions of a running slurmctld; it forgets all of it at a restart."""

from typing import Protocol

from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.wire import ActualPartition


class LivePartitions(Protocol):
    """slurmctld's partitions; whatever it refuses raises TransientSlurmError and changes nothing.

    Slurm itself would not keep that promise: asked for a node that it does not have, it refuses
    and leaves a partition without any node behind (22.05).
    """

    def read(self) -> tuple[ActualPartition, ...]:
        """Every partition."""
        ...

    def set_accounts(self, name: str, accounts: frozenset[str]) -> None:
        """Let exactly these accounts in; there must be one."""
        ...

    def create(self, name: str, settings: PartitionSettings) -> None:
        """Make a partition that is not there."""
        ...

    def modify(self, name: str, settings: PartitionSettings) -> None:
        """Give a partition all of these settings; one that is paused stays so."""
        ...

    def delete(self, name: str) -> None:
        """Remove a partition; refused while a job runs or waits on it."""
        ...

    def node_names(self) -> frozenset[str]:
        """Every node of the cluster."""
        ...
