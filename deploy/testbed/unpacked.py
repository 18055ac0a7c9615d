"""Debian packages that are unpacked and not installed.

Installed, they would change this machine for everybody, such as how it resolves names. What was
fetched once is kept, in a folder of root's.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy.testbed.folders import owned_folder

KEPT = Path("/var/cache/belfry-testbed")


def unpacked(*packages: str) -> Path:
    """The folder with the files of these packages, as they would lie below `/`."""
    owned_folder(KEPT, "root")
    folder = KEPT / "-".join(packages)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _fetch(packages, folder)
    return folder


def _fetch(packages: tuple[str, ...], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=KEPT) as name:
        fresh = Path(name)
        shutil.chown(fresh, "_apt")  # apt fetches as this user.
        download = ["apt-get", "-qq", "download", *packages]
        if subprocess.run(download, cwd=fresh, check=False).returncode != 0:
            subprocess.run(["apt-get", "-qq", "update"], check=True)
            subprocess.run(download, cwd=fresh, check=True)
        files = fresh / "files"
        for package in fresh.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, files], check=True)
        files.rename(folder)
