"""Root, without which no daemon can run jobs as other users."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.testbed.errors import TestbedError

SCRIPT = Path(__file__).with_name("testbed")
KEPT_VARIABLES = ("BELFRY_STATE", "BELFRY_PORT_BASE", "BELFRY_PORTAL_PORT", "NO_COLOR")


def become_root(arguments: Sequence[str], script: Path = SCRIPT) -> None:
    """Return as root; a plain user's command starts again under sudo, which may ask a password."""
    if os.geteuid() == 0:
        return
    sudo = shutil.which("sudo")
    if sudo is None:
        raise TestbedError(
            "The testbed needs root: its daemons run jobs as other users.",
            "Run the same command as root, or install sudo.",
        )
    keep = f"--preserve-env={','.join(KEPT_VARIABLES)}"
    os.execv(sudo, [sudo, keep, "--", sys.executable, str(script), *arguments])
