"""The testbed as tests use it."""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.testbed.layout import REPOSITORY, Layout, site_named
from deploy.testbed.releases import NewestSites, are_mixed
from deploy.testbed.shell import run_as
from deploy.testbed.slurm import commands_folder, run_slurm, slurm_environment
from slurm_bridge.slurm.commands import Commands

# Testbeds of Debian's Slurm, of the newest, and of both stand side by side.
KINDS = ("t", "n", "m")
PORTS_A_TESTBED = 100
PORTS_A_RUN = 400
TEST_PORT_BASE = 27600


def test_state(newest: NewestSites) -> Path:
    """The folder of the tests' testbed; short, since socket paths are."""
    digest = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]
    return Path("/var/tmp") / f"belfry-{KINDS[_kind(newest)]}-{digest}"


def test_port_base(newest: NewestSites) -> int:
    """The first port of the tests' testbed."""
    return TEST_PORT_BASE + _kind(newest) * PORTS_A_RUN


def _kind(newest: NewestSites) -> int:
    return 2 if are_mixed(newest) else 1 if newest else 0


test_state.__test__ = False  # type: ignore[attr-defined]
test_port_base.__test__ = False  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Testbed:
    """Two running clusters."""

    __test__ = False

    layout: Layout

    def env(self, site: str) -> dict[str, str]:
        """What Slurm's commands need in their environment to speak to a site."""
        return dict(slurm_environment(self.layout, site_named(site)))

    def commands(self, site: str) -> Commands:
        """A site's Slurm commands, as its bridge starts them."""
        named = site_named(site)
        return Commands(self.layout.slurm_conf(named), commands_folder(self.layout, named))

    def slurm(self, site: str, *command: str) -> str:
        """What one of Slurm's commands printed, run as root at a site."""
        return run_slurm(self.layout, site_named(site), *command)

    def as_user(self, site: str, username: str, *command: str) -> subprocess.CompletedProcess[str]:
        """A command on the site's login node, as one of its users."""
        return run_as(self.layout, site_named(site), username, list(command))
