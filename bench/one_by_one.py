"""The other way, for comparison: a command for each change, on a sample."""

import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from bench.projects import desired_state
from slurm_bridge.directory.none import NoDirectory
from slurm_bridge.grouping import stages
from slurm_bridge.normalise import actual_state
from slurm_bridge.plan import plan
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.site import SlurmSite
from slurm_bridge.wire import ActualUser
from slurm_bridge.write import Writer

PROJECTS = 3


def sample_seconds(slurm_conf: Path, cluster: str, partition: str, year: int) -> dict[str, float]:
    """For each kind of change, how long one takes by a command of its own."""
    commands = Commands(slurm_conf, timeout_seconds=120)
    site = SlurmSite(commands, cluster)
    desired = desired_state(PROJECTS, cluster=cluster, year=year)
    desired = desired.model_copy(
        update={
            "partitions": (partition,),
            "accounts": tuple(
                item.model_copy(
                    update={
                        "qos": item.qos and f"{item.name}_{cluster}",
                        "partitions": (partition,) if item.qos else (),
                        "suspended": False,
                    }
                )
                for item in desired.accounts
            ),
        }
    )
    users = [ActualUser(username=user.username, uid=user.uid) for user in desired.users]
    actual = actual_state(cluster=cluster, reading=site.read(), users=users, read_at=0)
    writer = Writer(site, NoDirectory(), actual)
    taken: dict[str, list[float]] = defaultdict(list)
    for stage in stages(plan(desired, actual).changes):
        for change in stage:
            began = time.monotonic()
            writer.write((change,))
            taken[change.kind].append(time.monotonic() - began)
    return {kind: median(values) for kind, values in taken.items()}


def extrapolated(
    kinds: Mapping[str, int], empty: Mapping[str, float], full: Mapping[str, float]
) -> float:
    """All changes of a provisioning, each at the mean of what it takes at its begin and end."""
    return sum(
        count * ((empty[kind] + full[kind]) / 2 if kind in full else empty.get(kind, 0))
        for kind, count in kinds.items()
    )
