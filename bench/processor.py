"""What tells a busy machine from a slow program."""

import os
from collections.abc import Iterator
from pathlib import Path

from deploy.testbed.layout import Layout, Site
from deploy.testbed.processes import running

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def services_seconds(layout: Layout, site: Site) -> float:
    """Processor time that the site's Slurm and its database have used since they started."""
    return sum(_seconds(pid) for pid in _pids(layout, site))


def load_average() -> float:
    """How many processes wanted a processor at a time, during the last minute."""
    return os.getloadavg()[0]


def _pids(layout: Layout, site: Site) -> Iterator[int]:
    for name in ("mariadb", "slurmdbd", f"slurmctld@{site.name}"):
        found = running(layout, name)
        if found is None:
            raise SystemExit(f"{name} does not run")
        yield found.pid


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
