"""One cycle of the bridge in a process of its own, so that its memory can be told.

Run by bench.reconcile; prints its figures as JSON.
"""

import argparse
import json
import logging
import resource
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from bench.projects import SITE, changed, desired_state
from slurm_bridge.as_root import AsRoot
from slurm_bridge.cycle import Cycle
from slurm_bridge.directory.none import NoDirectory
from slurm_bridge.progress import LogProgress
from slurm_bridge.readiness import ReadinessCheck
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.site import SlurmSite


class KnownPeople(NoDirectory):
    """A directory in which somebody else has made everybody already."""

    def __init__(self, uids: Mapping[str, int]) -> None:
        self._uids = uids

    def uid_of(self, username: str) -> int | None:
        """The number on record; most people of the benchmark exist nowhere else."""
        return self._uids.get(username)


def main() -> int:
    """Run the cycle that was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("phase", choices=("provision", "idle", "mixed"))
    parser.add_argument("projects", type=int)
    parser.add_argument("slurm_conf", type=Path)
    parser.add_argument("root_program", type=Path)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="    %(message)s")
    desired = desired_state(asked.projects, confirmed=asked.phase != "provision")
    if asked.phase == "mixed":
        desired = changed(desired)
    commands = Commands(asked.slurm_conf)
    site = SlurmSite(commands, SITE, as_root=AsRoot(commands, asked.root_program))
    cycle = Cycle(
        cluster=SITE,
        slurm=site,
        directory=KnownPeople({user.username: user.uid for user in desired.users}),
        readiness=ReadinessCheck(site),
        progress=LogProgress(),
    )
    began = time.monotonic()
    report = cycle.run(desired)
    seconds = time.monotonic() - began
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu_seconds": sum(item.ru_utime + item.ru_stime for item in used),
                "processes": commands.started,
                "memory_mb": used[0].ru_maxrss / 1024,
                "refused": report.refused,
                "conflicts": len(report.conflicts),
                "outcomes": Counter(item.outcome for item in report.results),
                "kinds": Counter(item.change.kind for item in report.results),
                "tried": len(report.readiness),
                "accepted": sum(item.accepted for item in report.readiness),
                "reasons": sorted({item.reason for item in report.results if item.reason})[:5],
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
