"""What the cluster does just now: jobs, nodes and GPUs."""

import re
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from slurm_bridge.node_lists import fold
from slurm_bridge.slurm.budgets import parse_gpu_types
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.text import parse_pairs, parse_tres

_UNAVAILABLE = frozenset({"DOWN", "DRAIN", "FAIL", "INVAL", "UNKNOWN", "FUTURE", "NOT_RESPONDING"})


@dataclass(frozen=True)
class NodeFigures:
    """Nodes and GPUs of a whole cluster."""

    nodes_total: int = 0
    nodes_available: int = 0
    gpus_total: int = 0
    gpus_allocated: int = 0
    names: str = ""
    """Of all nodes, folded."""

    @staticmethod
    def together(parts: "Iterable[NodeFigures]") -> "NodeFigures":
        """The sum of several."""
        parts = tuple(parts)
        return NodeFigures(
            nodes_total=sum(part.nodes_total for part in parts),
            nodes_available=sum(part.nodes_available for part in parts),
            gpus_total=sum(part.gpus_total for part in parts),
            gpus_allocated=sum(part.gpus_allocated for part in parts),
            names=fold(part.names for part in parts),
        )


@dataclass(frozen=True)
class ControllerFigures:
    """The queue as slurmctld counts it, and the records that it still holds back."""

    jobs_running: int
    jobs_pending: int
    records_held_back: int | None
    """Accounting records that slurmdbd has not yet; None where slurmctld does not say."""
    counts_since: int = 0
    """When slurmctld last began to count, in epoch seconds: at its start, and each midnight."""


@dataclass
class Live:
    """Questions to slurmctld that change nothing."""

    commands: Commands

    def busy_members(self) -> set[tuple[str, str]]:
        """Each (account, username) with a pending or running job."""
        return set(self.jobs_by_member())

    def jobs_by_member(self) -> dict[tuple[str, str], int]:
        """Running and waiting jobs by (account, username); a waiting array counts as one."""
        separator = secrets.token_hex(8)
        listed = self.commands.read("squeue", "--noheader", f"--format=%a{separator}%u")
        pairs = (line.strip().partition(separator) for line in listed.splitlines())
        return Counter((account, username) for account, found, username in pairs if found)

    def busy_partitions(self) -> set[str]:
        """Each partition with a pending or running job."""
        listed = self.commands.read("squeue", "--all", "--noheader", "--format=%P")
        return {name for line in listed.splitlines() for name in line.strip().split(",") if name}

    def nodes(self) -> NodeFigures:
        """Count nodes and GPUs."""
        shown = self.commands.read("scontrol", "--oneliner", "show", "nodes").splitlines()
        nodes = (parse_pairs(line) for line in shown if line.startswith("NodeName="))
        return NodeFigures.together(
            figures_of_node(
                name=node["NodeName"],
                state=node.get("State", "UNKNOWN"),
                gpus=parse_tres(node.get("CfgTRES", "")).get("gres/gpu", 0),
                gpus_allocated=parse_tres(node.get("AllocTRES", "")).get("gres/gpu", 0),
            )
            for node in nodes
        )

    def gpu_types(self) -> dict[str, tuple[str, ...]]:
        """The types of GPU of each partition."""
        return parse_gpu_types(self.commands.read("scontrol", "--oneliner", "show", "nodes"))

    def controller(self) -> ControllerFigures:
        """Read slurmctld's own counters."""
        text = self.commands.read("sdiag")
        return ControllerFigures(
            jobs_running=_counter(text, "Jobs running") or 0,
            jobs_pending=_counter(text, "Jobs pending") or 0,
            records_held_back=_counter(text, "DBD Agent queue size"),
            counts_since=_data_since(text),
        )


def figures_of_node(*, name: str, state: str, gpus: int, gpus_allocated: int) -> NodeFigures:
    """One node; it is available if it answers and nothing keeps jobs away from it."""
    states = set(re.split(r"[+*]", state))
    return NodeFigures(
        nodes_total=1,
        nodes_available=int("*" not in state and not states & _UNAVAILABLE),
        gpus_total=gpus,
        gpus_allocated=gpus_allocated,
        names=name,
    )


def _data_since(text: str) -> int:
    match = re.search(r"^Data since\s.*\((\d+)\)$", text, re.MULTILINE)
    return int(match[1]) if match else 0


def _counter(text: str, name: str) -> int | None:
    match = re.search(rf"^{re.escape(name)}:\s+(\d+)$", text, re.MULTILINE)
    return int(match[1]) if match else None
