"""slurmctld's partitions by pyslurm: no process is started."""

import contextlib
from dataclasses import dataclass
from typing import Any

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.node_lists import NodeListError, folded
from slurm_bridge.partition_settings import PartitionSettings
from slurm_bridge.slurm.partition_checks import require_nodes, require_some
from slurm_bridge.slurm.pyslurm_library import calling
from slurm_bridge.wire import ActualPartition

_STATES = {"UP": True, "DRAIN": False}
# What Slurm's library means by no limit where pyslurm takes numbers only.
INFINITE = 0xFFFF_FFFF
UNLIMITED = "UNLIMITED"


@dataclass(frozen=True)
class PyslurmPartitions:
    """Each question and each change is one call of Slurm's library."""

    pyslurm: Any

    def read(self) -> tuple[ActualPartition, ...]:
        """Every partition."""
        with calling(self.pyslurm):
            return tuple(_actual(item) for item in self.pyslurm.Partitions.load().values())

    def set_accounts(self, name: str, accounts: frozenset[str]) -> None:
        """Let exactly these accounts in; there must be one."""
        require_some(name, accounts)
        self._update(name, allowed_accounts=sorted(accounts))

    def create(self, name: str, settings: PartitionSettings) -> None:
        """Make a partition that is not there."""
        require_nodes(settings.nodes, self.node_names())
        state = "DOWN" if settings.is_open is None else _state(is_open=settings.is_open)
        try:
            with calling(self.pyslurm):
                self.pyslurm.Partition(name, **_values(settings), state=state).create()
        except TransientSlurmError:
            self._remove_half_made(name)
            raise

    def modify(self, name: str, settings: PartitionSettings) -> None:
        """Give a partition all of these settings; one that is paused stays so."""
        require_nodes(settings.nodes, self.node_names())
        values = _values(settings)
        if settings.is_open is not None:
            values["state"] = _state(is_open=settings.is_open)
        self._update(name, **values)

    def delete(self, name: str) -> None:
        """Remove a partition; refused while a job runs or waits on it."""
        with calling(self.pyslurm):
            self.pyslurm.Partition(name).delete()

    def node_names(self) -> frozenset[str]:
        """Every node of the cluster."""
        with calling(self.pyslurm):
            return frozenset(node.name for node in self.pyslurm.Nodes.load().values())

    def _update(self, name: str, **values: object) -> None:
        with calling(self.pyslurm):
            self.pyslurm.Partition(name).modify(self.pyslurm.Partition(**values))

    def _remove_half_made(self, name: str) -> None:
        """Slurm can refuse to make a partition and leave one without nodes behind (22.05)."""
        with contextlib.suppress(TransientSlurmError):
            for item in self.read():
                if item.name == name and item.settings and not item.settings.nodes:
                    self.delete(name)


def _values(settings: PartitionSettings) -> dict[str, object]:
    return {
        "nodes": settings.nodes,
        "allowed_accounts": list(settings.accounts) or ["ALL"],
        "default_time": settings.default_minutes or UNLIMITED,
        "max_time": settings.max_minutes or UNLIMITED,
        "max_nodes": settings.max_nodes or INFINITE,
        "priority_tier": settings.priority,
        "default_memory_per_cpu": settings.memory_mb_per_cpu,
    }


def _state(*, is_open: bool) -> str:
    return "UP" if is_open else "DRAIN"


def _actual(found: Any) -> ActualPartition:
    accounts = _accounts(found.allowed_accounts)
    return ActualPartition(
        name=found.name,
        allow_accounts=accounts,
        settings=PartitionSettings(
            nodes=_folded(found.nodes or ""),
            accounts=tuple(sorted(accounts or ())),
            default_minutes=_number(found.default_time),
            max_minutes=_number(found.max_time),
            max_nodes=_number(found.max_nodes),
            priority=found.priority_tier,
            memory_mb_per_cpu=_number(found.default_memory_per_cpu),
            is_open=_STATES.get(found.state),
        ),
    )


def _accounts(allowed: list[str]) -> frozenset[str] | None:
    return None if list(allowed) == ["ALL"] else frozenset(allowed)


def _number(value: int | str | None) -> int | None:
    return value if isinstance(value, int) else None


def _folded(nodes: str) -> str:
    try:
        return folded(nodes)
    except NodeListError:
        return nodes
