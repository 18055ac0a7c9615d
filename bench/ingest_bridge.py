"""The bridge's road for jobs in a process of its own, so that its memory can be told.

Run by bench.ingest; one whole window, then cycles without news. Prints its figures as JSON.
"""

import argparse
import json
import logging
import resource
import sys
import time
from pathlib import Path
from statistics import median

from slurm_bridge.portal_client import PortalClient
from slurm_bridge.push_jobs import JobPush
from slurm_bridge.slurm.accounting import JobReader
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.site import SlurmSite

SITE = "zellik"
IDLE_CYCLES = 3
OVERLAP_SECONDS = 300


def main() -> None:
    """Push once with everything to do, and then with nothing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("portal")
    parser.add_argument("token")
    parser.add_argument("slurm_conf", type=Path)
    parser.add_argument("accounts", type=Path)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    accounts = json.loads(asked.accounts.read_text())
    commands = Commands(asked.slurm_conf)
    push = JobPush(
        source=JobReader(commands, SITE),
        controller=SlurmSite(commands, SITE).live,
        receiver=PortalClient(portal_url=asked.portal, token=lambda: asked.token),
        overlap_seconds=OVERLAP_SECONDS,
    )
    began = time.monotonic()
    rows = push.run(accounts)
    seconds, arrived_at = time.monotonic() - began, time.time()
    idle = []
    for _ in range(IDLE_CYCLES):
        began = time.monotonic()
        push.run(accounts)
        idle.append(time.monotonic() - began)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {
        "rows": rows,
        "seconds": seconds,
        "arrived_at": arrived_at,
        "idle_seconds": median(idle),
        "memory_mb": memory,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
