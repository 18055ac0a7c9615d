"""UNIX users in this host's own files, made with groupadd and useradd."""

import grp
from dataclasses import dataclass
from pathlib import Path

from slurm_bridge.directory.none import NoDirectory
from slurm_bridge.errors import TransientDirectoryError
from slurm_bridge.slurm.commands import Commands, Result
from slurm_bridge.wire import DesiredUser


@dataclass
class LocalDirectory(NoDirectory):
    """Makes each user with a private group of the same name and number."""

    commands: Commands
    shell: str = "/bin/bash"
    home_base: Path = Path("/home")
    record_file: Path | None = None

    def create(self, user: DesiredUser) -> None:
        """Make the user, or raise; another process that was faster is no failure."""
        outcome = self._make_group(user)
        if outcome.code == 0:
            outcome = self._make_user(user)
            if outcome.code == 0:
                self._record(user.username)
        if self.uid_of(user.username) != user.uid:
            raise TransientDirectoryError(f"cannot create {user.username}: {outcome.reason}")

    def _make_group(self, user: DesiredUser) -> Result:
        if _gid_of(user.username) == user.uid:
            return Result(0, "", "")
        made = self.commands.attempt("groupadd", f"--gid={user.uid}", user.username)
        if _gid_of(user.username) == user.uid:
            return Result(0, "", "")
        return made

    def _make_user(self, user: DesiredUser) -> Result:
        return self.commands.attempt(
            "useradd",
            f"--uid={user.uid}",
            f"--gid={user.uid}",
            f"--shell={self.shell}",
            f"--home-dir={self.home_base / user.username}",
            "--create-home",
            "--password=*",  # None opens it; sshd takes "!" for a locked account, whatever the key.
            user.username,
        )

    def _record(self, username: str) -> None:
        if self.record_file is not None:
            with self.record_file.open("a", encoding="ascii") as record:
                record.write(f"{username}\n")


def _gid_of(name: str) -> int | None:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None
