"""What must be refused before Slurm is asked, since Slurm would do something else instead."""

from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.node_lists import NodeListError, nodes_of


def require_some(partition: str, accounts: frozenset[str]) -> None:
    """Slurm takes an empty list for every account."""
    if not accounts:
        raise TransientSlurmError(f"partition {partition} would be open to every account")


def require_nodes(wanted: str, known: frozenset[str]) -> None:
    """Slurm refuses a node that it does not have, and empties the partition all the same."""
    try:
        missing = nodes_of(wanted) - known
    except NodeListError as error:
        raise TransientSlurmError(f"no list of nodes: {error}") from error
    if missing or not wanted:
        raise TransientSlurmError(f"{min(missing, default='none')} is no node of this cluster")
