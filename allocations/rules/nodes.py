"""Which nodes a project may have to itself."""

from collections.abc import Iterable

from slurm_bridge.node_lists import nodes_of, nodes_of_cluster


def unknown_nodes(wanted: str, site: str) -> list[str]:
    """Of the nodes wanted, those that the site does not have, by name."""
    return sorted(nodes_of(wanted) - nodes_of_cluster(site))


def shared_nodes(wanted: str, others: Iterable[str]) -> list[str]:
    """Of the nodes wanted, those that another list has, by name."""
    taken = frozenset[str]().union(*(nodes_of(other) for other in others))
    return sorted(nodes_of(wanted) & taken)
