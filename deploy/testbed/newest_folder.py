"""The newest Slurm: a small Debian of its own in a folder, shared by all testbeds.

Daemons see that folder's /usr in place of the machine's, in a mount namespace that is theirs
alone and ends with them: nothing is ever mounted for anybody else, or left. Everything else (users,
/etc, /var) is the machine's. Commands need no namespace and no rights: the folder's own dynamic
loader starts them with the folder's libraries.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.testbed.processes import Service

CACHE = Path("/var/tmp")
SUITE = "forky"
PACKAGES = (
    "slurmctld",
    "slurmd",
    "slurmdbd",
    "slurm-client",
    "slurm-wlm-mysql-plugin",
    # To build pyslurm.
    "libslurm-dev",
    "python3-venv",
    "python3-dev",
    "gcc",
    "libc6-dev",
)
COMMANDS = (
    *("sacct", "sacctmgr", "salloc", "sattach", "sbatch", "sbcast", "scancel", "scontrol", "sdiag"),
    *("sinfo", "sprio", "squeue", "sreport", "srun", "sshare", "sstat", "strigger"),
)
# To be raised when the way in which the folder is made changes.
RECIPE = 1

# The machine's /usr/local stays: it may hold the Python that the tests run with.
WITH_ITS_USR = 'mount --bind /usr/local "$0/usr/local" && mount --rbind "$0/usr" /usr && exec "$@"'


@dataclass(frozen=True)
class NewestSlurm:
    """The paths of one such folder."""

    root: Path

    @property
    def complete(self) -> Path:
        """There when the folder is whole."""
        return self.root / "belfry-complete"

    @property
    def libraries(self) -> Path:
        """Where its libraries are, in the form that Debian gives to this processor."""
        return next((self.root / "usr" / "lib").glob("*-linux-gnu*"))

    @property
    def plugins(self) -> Path:
        """What PluginDir must say for commands that see the machine's /usr."""
        return self.libraries / "slurm-wlm"

    @property
    def loader(self) -> Path:
        """The program that starts other programs with these libraries."""
        return next(self.libraries.glob("ld-linux*.so.*"))

    @property
    def commands(self) -> Path:
        """Slurm's commands, for everybody."""
        return self.root / "belfry-bin"

    @property
    def pyslurm(self) -> Path:
        """Where pyslurm lies, once it is built."""
        return self.root / "belfry-wheels"

    def inside(self, *command: str) -> tuple[str, ...]:
        """The command, run by root so that it sees this /usr; it keeps its process id."""
        return (
            "/usr/bin/unshare",
            "--mount",
            "/bin/sh",
            "-c",
            WITH_ITS_USR,
            str(self.root),
            *command,
        )


def newest_slurm() -> NewestSlurm:
    """The folder of this recipe, whether or not it has been made."""
    recipe = repr((RECIPE, SUITE, PACKAGES))
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:8]
    return NewestSlurm(CACHE / f"belfry-slurm-{SUITE}-{digest}")


def with_newest(service: Service) -> Service:
    """The daemon of the same name, of the newest Slurm."""
    become = (f"--reuid={service.user}", f"--regid={service.user}", "--clear-groups")
    command = newest_slurm().inside("/usr/bin/setpriv", *become, *service.command)
    return replace(service, command=command, user="root")
