"""By pyslurm where it can be, by Slurm's commands everywhere else."""

import logging
from typing import Literal

from slurm_bridge.errors import FatalConfigError
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.live import Live
from slurm_bridge.slurm.live_partitions import LivePartitions
from slurm_bridge.slurm.live_pyslurm import PyslurmLive
from slurm_bridge.slurm.partitions_pyslurm import PyslurmPartitions
from slurm_bridge.slurm.partitions_scontrol import ScontrolPartitions
from slurm_bridge.slurm.pyslurm_library import pyslurm_for

log = logging.getLogger(__name__)

PartitionsBy = Literal["auto", "pyslurm", "scontrol"]


def chosen(commands: Commands, by: PartitionsBy) -> tuple[LivePartitions, Live]:
    """How partitions are changed and the live state is read; `auto` takes pyslurm if it fits."""
    if by != "scontrol":
        try:
            pyslurm = pyslurm_for(commands.slurm_conf)
        except ImportError as error:
            if by == "pyslurm":
                raise FatalConfigError(f"pyslurm cannot be used here: {error}") from error
            log.debug("pyslurm cannot be used here: %s", error)
        else:
            return PyslurmPartitions(pyslurm), PyslurmLive(commands, pyslurm=pyslurm)
    return ScontrolPartitions(commands), Live(commands)
