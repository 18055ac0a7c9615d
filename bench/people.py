"""The benchmark's people: UNIX users whom only the benchmark and its testbed know.

Slurm looks each member up, and a member whom it cannot find again and again, which no site would
have: there, identity comes first. Thousands of users are not made on somebody's machine for that.
So the benchmark runs where /etc is a copy of its own, which is gone when it ends.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from deploy.testbed.packages import POSTGRES_PACKAGES, SLURM_PACKAGES, install_missing
from slurm_bridge.wire import DesiredUser

INSIDE = "BELFRY_BENCH_HAS_OWN_ETC"
PASSWD = Path("/etc/passwd")
LOG = Path(tempfile.gettempdir()) / "belfry-bench-packages.log"


def enter_own_etc(arguments: list[str]) -> None:
    """Return where /etc is a copy; at first this program is started again for it."""
    if INSIDE not in os.environ:
        # What is missing belongs into the machine's own /etc.
        install_missing(SLURM_PACKAGES + POSTGRES_PACKAGES, LOG)
        os.environ[INSIDE] = "1"
        again = (sys.executable, *arguments)
        os.execvp("unshare", ("unshare", "--mount", "--propagation", "private", *again))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "etc"
        _run("mount", "-t", "tmpfs", "tmpfs", folder)
        _run("cp", "-a", "/etc", str(copy))
        _run("mount", "--bind", str(copy), "/etc")
        _run("umount", "--lazy", folder)


def make_people(users: Iterable[DesiredUser]) -> None:
    """Let these users be known here."""
    known = {line.split(":")[0] for line in PASSWD.read_text().splitlines()}
    with PASSWD.open("a", encoding="ascii") as passwd:
        for user in users:
            if user.username not in known:
                passwd.write(f"{user.username}:*:{user.uid}:{user.uid}::/:/bin/sh\n")


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
