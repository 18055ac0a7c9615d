"""belfry-root for tests that run as root, with numbers that no other tests use."""

from collections.abc import Mapping
from pathlib import Path

from deploy.testbed.root_program import install_root_program
from slurm_bridge.as_root import AsRoot
from slurm_bridge.slurm.commands import Commands

# Above the numbers of the system and of the end-to-end tests' people and groups.
FEWEST_UID = 2_000_000
FEWEST_GID = 12_000_000
MANY = 8_000_000


def installed_as_root(
    folder: Path, commands: Commands, clusters: Mapping[str, Mapping[str, str]] | None = None
) -> AsRoot:
    """What only root may do, with homes in this folder."""
    program = install_root_program(
        folder / "root",
        uids=(FEWEST_UID, FEWEST_UID + MANY - 1),
        gids=(FEWEST_GID, FEWEST_GID + MANY - 1),
        clusters=clusters or {},
        home_base=str(folder),
    )
    return AsRoot(commands, program)
