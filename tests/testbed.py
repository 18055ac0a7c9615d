"""The testbed as tests use it."""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.testbed.layout import REPOSITORY, Layout, site_named
from deploy.testbed.shell import run_as
from deploy.testbed.slurm import run_slurm, slurm_environment

TEST_PORT_BASE = 27600
PORTS_A_TESTBED = 100


def test_state() -> Path:
    """The folder of the tests' testbed; short, since socket paths are."""
    return Path("/var/tmp") / f"belfry-t-{hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]}"


test_state.__test__ = False  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Testbed:
    """Two running clusters."""

    __test__ = False

    layout: Layout

    def env(self, site: str) -> dict[str, str]:
        """What Slurm's commands need in their environment to speak to a site."""
        return dict(slurm_environment(self.layout, site_named(site)))

    def slurm(self, site: str, *command: str) -> str:
        """What one of Slurm's commands printed, run as root at a site."""
        return run_slurm(self.layout, site_named(site), *command)

    def as_user(self, site: str, username: str, *command: str) -> subprocess.CompletedProcess[str]:
        """A command on the site's login node, as one of its users."""
        return run_as(self.layout, site_named(site), username, list(command))
