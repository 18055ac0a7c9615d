"""slurmctld's partitions, read and changed by scontrol: works with every release."""

import contextlib
from dataclasses import dataclass

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.partition_checks import require_nodes, require_some
from slurm_bridge.slurm.partition_lines import (
    access_word,
    parse_partitions,
    setting_words,
    state_word,
)
from slurm_bridge.slurm.text import parse_pairs
from slurm_bridge.wire import ActualPartition


@dataclass(frozen=True)
class ScontrolPartitions:
    """One process for each question and each change."""

    commands: Commands

    def read(self) -> tuple[ActualPartition, ...]:
        """Every partition."""
        return parse_partitions(
            self.commands.read("scontrol", "--all", "--oneliner", "show", "partition")
        )

    def set_accounts(self, name: str, accounts: frozenset[str]) -> None:
        """Let exactly these accounts in; there must be one."""
        require_some(name, accounts)
        self._update(name, f"AllowAccounts={access_word(tuple(sorted(accounts)))}")

    def create(self, name: str, settings: PartitionSettings) -> None:
        """Make a partition that is not there."""
        require_nodes(settings.nodes, self.node_names())
        words = (f"PartitionName={name}", *setting_words(settings), state_word(settings))
        try:
            self.commands.read("scontrol", "create", *words)
        except TransientSlurmError:
            self._remove_half_made(name)
            raise

    def modify(self, name: str, settings: PartitionSettings) -> None:
        """Give a partition all of these settings; one that is paused stays so."""
        require_nodes(settings.nodes, self.node_names())
        state = [] if settings.is_open is None else [state_word(settings)]
        self._update(name, *setting_words(settings), *state)

    def delete(self, name: str) -> None:
        """Remove a partition; refused while a job runs or waits on it."""
        self.commands.read("scontrol", "delete", f"PartitionName={name}")

    def node_names(self) -> frozenset[str]:
        """Every node of the cluster."""
        shown = self.commands.read("scontrol", "--all", "--oneliner", "show", "nodes")
        lines = (parse_pairs(line) for line in shown.splitlines())
        return frozenset(pairs["NodeName"] for pairs in lines if "NodeName" in pairs)

    def _update(self, name: str, *words: str) -> None:
        self.commands.read("scontrol", "update", f"PartitionName={name}", *words)

    def _remove_half_made(self, name: str) -> None:
        """Slurm can refuse to make a partition and leave one without nodes behind (22.05)."""
        with contextlib.suppress(TransientSlurmError):
            if any(_is_empty(item, name) for item in self.read()):
                self.delete(name)


def _is_empty(partition: ActualPartition, name: str) -> bool:
    return partition.name == name and not (partition.settings and partition.settings.nodes)
