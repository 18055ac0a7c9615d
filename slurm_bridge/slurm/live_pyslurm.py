"""What the cluster does just now, by pyslurm: the same answers without a process for each."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from slurm_bridge.slurm.live import ControllerFigures, Live, NodeFigures, figures_of_node
from slurm_bridge.slurm.pyslurm_library import calling

# Jobs that have ended stay in slurmctld for a while.
_ALIVE = frozenset({"PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING", "STOPPED"})


@dataclass
class PyslurmLive(Live):
    """As Live."""

    pyslurm: Any = None

    def jobs_by_member(self) -> dict[tuple[str, str], int]:
        """Running and waiting jobs by (account, username); a waiting array counts as one."""
        return Counter((job.account, job.user_name) for job in self._jobs())

    def busy_partitions(self) -> set[str]:
        """Each partition with a pending or running job."""
        return {name for job in self._jobs() for name in (job.partition or "").split(",")}

    def nodes(self) -> NodeFigures:
        """Count nodes and GPUs."""
        with calling(self.pyslurm):
            found = list(self.pyslurm.Nodes.load().values())
            return NodeFigures.together(
                figures_of_node(
                    name=node.name,
                    state=node.state,
                    gpus=_gpus(node.configured_gres),
                    gpus_allocated=int((node.allocated_tres or {}).get("gres/gpu", 0)),
                )
                for node in found
            )

    def controller(self) -> ControllerFigures:
        """Read slurmctld's own counters."""
        with calling(self.pyslurm):
            said = self.pyslurm.slurmctld.diag()
        return ControllerFigures(
            jobs_running=said.jobs_running,
            jobs_pending=said.jobs_pending,
            records_held_back=said.dbd_agent_queue_size,
            counts_since=said.data_since,
        )

    def _jobs(self) -> list[Any]:
        with calling(self.pyslurm):
            return [job for job in self.pyslurm.Jobs.load().values() if job.state in _ALIVE]


def _gpus(gres: dict[str, object] | None) -> int:
    """All kinds together, of `{"gpu:h200": 4, "shard": 8}`."""
    found = (gres or {}).items()
    return sum(int(str(count)) for name, count in found if name.split(":")[0] == "gpu")
