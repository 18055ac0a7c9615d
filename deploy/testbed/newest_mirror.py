"""Where this machine gets Debian from: the newest Slurm comes the same way."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterator

from deploy.testbed.errors import NewestUnavailableError

FIELDS = "$(RELEASE) $(REPO_URI)"
# What of apt's settings decides whether, and how, an archive is reached.
SETTINGS_TO_KEEP = ("Acquire::http", "Acquire::https", "Acquire::Retries", "Acquire::ForceIPv")


def debian_mirror() -> str:
    """The address of the archive from which this machine's own release comes."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    answer = subprocess.run(
        ["apt-get", "indextargets", "--format", FIELDS, "Identifier: Packages"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    for line in answer.stdout.splitlines():
        release, _, address = line.partition(" ")
        if release == codename and address.startswith(("http", "file", "copy")):
            return address
    raise NewestUnavailableError(
        f"apt knows no archive of Debian {codename or '(unknown)'} on this machine."
    )


def apt_settings() -> str:
    """The machine's way to its archive, as a file of apt's configuration."""
    answer = subprocess.run(
        ["apt-config", "dump"], capture_output=True, text=True, timeout=30, check=False
    )
    kept = (line for line in answer.stdout.splitlines() if line.startswith(SETTINGS_TO_KEEP))
    return "\n".join([*kept, *own_settings()]) + "\n"


def own_settings() -> Iterator[str]:
    """What the folder's apt needs in any case."""
    # A mirror that stands still for a while is as good as any here.
    yield 'Acquire::Check-Valid-Until "false";'
    yield 'Acquire::Languages "none";'
