"""How much of each budget is gone, as slurmctld itself counts it, and which GPUs a site has."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.text import parse_pairs

_QOS = re.compile(r"(?P<name>[^\s(]+)\(\d+\)")
_COUNTER = re.compile(r"(?:^|,)gres/gpu=(?P<limit>N|\d+)\((?P<count>\d+)\)")
_GPU = re.compile(r"gpu:(?P<type>[^:(),]+):\d+")


@dataclass(frozen=True)
class BudgetCounter:
    """GPU-minutes of one QOS; both are whole minutes, cut off."""

    used: int = 0
    """Used by jobs that have ended, and by running ones up to slurmctld's last count."""
    reserved: int = 0
    """What running jobs may still use until their time limits."""


@dataclass(frozen=True)
class SiteFigures:
    """What login nodes are told of a site beside its projects."""

    counters: dict[str, BudgetCounter] = field(default_factory=dict)
    """By QOS."""
    gpu_types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By partition."""


@dataclass(frozen=True)
class BudgetReader:
    """Bulk questions to slurmctld, one or two whatever the number of projects."""

    commands: Commands

    def figures(self) -> SiteFigures:
        """Budgets and GPU types as they are now."""
        counters = self.counters()
        nodes = self.commands.read("scontrol", "--oneliner", "show", "nodes")
        return SiteFigures(counters, parse_gpu_types(nodes))

    def counters(self) -> dict[str, BudgetCounter]:
        """Every budget as it is now, by QOS."""
        budgets = self.commands.read("scontrol", "--oneliner", "show", "assoc_mgr", "flags=qos")
        return parse_budgets(budgets)


def parse_budgets(text: str) -> dict[str, BudgetCounter]:
    """The lines of `scontrol --oneliner show assoc_mgr flags=qos`."""
    counters = {}
    for line in text.splitlines():
        pairs = parse_pairs(line)
        qos = _QOS.fullmatch(pairs.get("QOS", ""))
        if qos:
            counters[qos["name"]] = BudgetCounter(
                used=_gpu_minutes(pairs.get("GrpTRESMins", "")),
                reserved=_gpu_minutes(pairs.get("GrpTRESRunMins", "")),
            )
    return counters


def _gpu_minutes(counter: str) -> int:
    found = _COUNTER.search(counter)
    return int(found["count"]) if found else 0


def parse_gpu_types(text: str) -> dict[str, tuple[str, ...]]:
    """The GPU types of each partition, from `scontrol --oneliner show nodes`."""
    types: dict[str, set[str]] = defaultdict(set)
    for line in text.splitlines():
        node = parse_pairs(line)
        for partition in filter(None, node.get("Partitions", "").split(",")):
            types[partition].update(found["type"] for found in _GPU.finditer(node.get("Gres", "")))
    return {partition: tuple(sorted(found)) for partition, found in types.items()}
