"""UNIX users and groups in this host's own files, made by root's useradd and the like."""

import grp
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from slurm_bridge.as_root import AsRoot
from slurm_bridge.directory.none import NoDirectory
from slurm_bridge.errors import TransientDirectoryError
from slurm_bridge.slurm.commands import Result
from slurm_bridge.wire import ActualGroup, DesiredGroup, DesiredUser


@dataclass
class LocalDirectory(NoDirectory):
    """Makes each user with a private group of the same name and number."""

    as_root: AsRoot
    record_file: Path | None = None

    def create(self, user: DesiredUser) -> None:
        """Make the user, or raise; another process that was faster is no failure."""
        outcome = self._make_group("add-user-group", user.username, user.uid)
        if outcome.code == 0:
            outcome = self.as_root.attempt("add-user", user.username, str(user.uid))
            if outcome.code == 0:
                self._record(user.username)
        if self.uid_of(user.username) != user.uid:
            raise TransientDirectoryError(f"cannot create {user.username}: {outcome.reason}")

    def groups(self, names: Collection[str]) -> tuple[ActualGroup, ...] | None:
        """Those of the groups that exist, in one reading of the file."""
        wanted = set(names)
        return tuple(
            ActualGroup(name=group.gr_name, gid=group.gr_gid, members=frozenset(group.gr_mem))
            for group in grp.getgrall()
            if group.gr_name in wanted
        )

    def create_group(self, group: DesiredGroup) -> None:
        """Make the group, or raise; another process that was faster is no failure."""
        if _gid_of(group.name) is None:
            outcome = self._make_group("add-group", group.name, group.gid)
            if outcome.code != 0:
                raise TransientDirectoryError(f"cannot create group {group.name}: {outcome.reason}")
            self._record(f"@{group.name}")
        if _gid_of(group.name) != group.gid:
            raise TransientDirectoryError(f"group {group.name} exists under another number")

    def change_group(self, name: str, added: Collection[str], removed: Collection[str]) -> None:
        """Write the whole list of members, so that many change at the cost of one."""
        try:
            before = set(grp.getgrnam(name).gr_mem)
        except KeyError:
            raise TransientDirectoryError(f"group {name} does not exist") from None
        after = ",".join(sorted((before | set(added)) - set(removed)))
        outcome = self.as_root.attempt("set-members", name, after)
        if outcome.code != 0:
            raise TransientDirectoryError(f"cannot change group {name}: {outcome.reason}")

    def _make_group(self, operation: str, name: str, gid: int) -> Result:
        if _gid_of(name) == gid:
            return Result(0, "", "")
        made = self.as_root.attempt(operation, name, str(gid))
        if _gid_of(name) == gid:
            return Result(0, "", "")
        return made

    def _record(self, name: str) -> None:
        if self.record_file is not None:
            with self.record_file.open("a", encoding="ascii") as record:
                record.write(f"{name}\n")


def _gid_of(name: str) -> int | None:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None
