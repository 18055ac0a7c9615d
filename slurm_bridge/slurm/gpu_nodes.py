"""The nodes of a cluster that have GPUs, and whether jobs hold any of them now."""

from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.text import parse_pairs, parse_tres


def gpu_nodes(commands: Commands) -> dict[str, bool]:
    """Each node with GPUs, by its name, and whether any is allocated."""
    shown = commands.read("scontrol", "--oneliner", "show", "nodes").splitlines()
    nodes = (parse_pairs(line) for line in shown if line.startswith("NodeName="))
    return {
        node["NodeName"]: _gpus(node.get("AllocTRES", "")) > 0
        for node in nodes
        if _gpus(node.get("CfgTRES", "")) > 0
    }


def _gpus(tres: str) -> int:
    return parse_tres(tres).get("gres/gpu", 0)
