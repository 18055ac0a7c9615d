"""`belfry submit-help`: a script that sbatch takes as it is."""

from slurm_bridge.login.ledger import Ledger, ProjectBalance

HOURS_OF_EXAMPLE = 1
_LESS_THAN_EXAMPLE = "00:05:00"


def script_for(ledger: Ledger, account: str = "") -> str | None:
    """A script for one's first open project, or for the one asked for; None if there is none."""
    usable = [
        project
        for project in ledger.projects
        if account in ("", project.account) and not project.closed_because and project.partitions
    ]
    if not usable:
        return None
    project = max(usable, key=lambda item: item.left_gpu_minutes)
    partition = project.partitions[0]
    types = ledger.gpu_types.get(partition, ())
    gpu = f"gpu:{types[0]}:1" if types else "gpu:1"
    return f"""\
#!/bin/bash
#SBATCH --account={project.account}
#SBATCH --partition={partition}
#SBATCH --gres={gpu}
#SBATCH --time={_time(project)}
#SBATCH --job-name=example
#SBATCH --output=%x-%j.out

# Save this as job.sh, then:  sbatch job.sh
# Ask for no more time than you need: --time times GPUs is set aside until the job ends.
srun nvidia-smi
"""


def _time(project: ProjectBalance) -> str:
    has_an_hour = project.left_gpu_minutes >= HOURS_OF_EXAMPLE * 60
    return f"{HOURS_OF_EXAMPLE:02}:00:00" if has_an_hour else _LESS_THAN_EXAMPLE
