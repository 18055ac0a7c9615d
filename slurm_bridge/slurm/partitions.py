"""Partitions and who may use them, by scontrol."""

from collections.abc import Collection
from dataclasses import dataclass

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.parse import joined, parse_partitions
from slurm_bridge.wire import ActualPartition


@dataclass
class Partitions:
    """The access lists that slurmctld holds; they last until it is restarted."""

    commands: Commands

    def read(self) -> tuple[ActualPartition, ...]:
        """Every partition, in one answer."""
        return parse_partitions(self.commands.read("scontrol", "--oneliner", "show", "partition"))

    def change_access(
        self, partition: str, opened: Collection[str], closed: Collection[str]
    ) -> None:
        """Change the list as it is now, leaving all other accounts on it."""
        shown = self.commands.read("scontrol", "--oneliner", "show", "partition", partition)
        allowed = parse_partitions(shown)[0].allow_accounts
        if allowed is None:
            return
        wanted = (allowed - set(closed)) | set(opened)
        if not wanted:
            # Slurm takes an empty list for "every account".
            raise TransientSlurmError(f"partition {partition} would be open to every account")
        access = f"AllowAccounts={joined(sorted(wanted))}"
        self.commands.read("scontrol", "update", f"PartitionName={partition}", access)
