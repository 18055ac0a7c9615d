"""Directories to hold to one contract, each with names and numbers of its own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from slurm_bridge.directory.interface import Directory
from slurm_bridge.directory.local import LocalDirectory
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.wire import DesiredGroup, DesiredUser
from tests.slurm_bridge.ldap_servers import LdapSite
from tests.slurm_bridge.root_programs import FEWEST_GID, FEWEST_UID, MANY, installed_as_root
from tests.slurm_bridge.worlds import MemoryDirectory


@dataclass(frozen=True)
class DirectoryUnderTest:
    """A directory, and people and a group that it does not know yet."""

    directory: Directory
    ada: DesiredUser
    bob: DesiredUser
    group: DesiredGroup

    def members(self) -> frozenset[str] | None:
        """Of the group; None if it does not exist."""
        found = self.directory.groups([self.group.name]) or ()
        return found[0].members if found else None


def _under_test(directory: Directory) -> DirectoryUnderTest:
    prefix, number = f"bt{secrets.token_hex(4)}", secrets.randbelow(MANY - 2)
    return DirectoryUnderTest(
        directory=directory,
        ada=DesiredUser(username=f"{prefix}a", uid=FEWEST_UID + number),
        bob=DesiredUser(username=f"{prefix}b", uid=FEWEST_UID + number + 1),
        group=DesiredGroup(name=f"{prefix}g", gid=FEWEST_GID + number),
    )


@contextmanager
def memory_directory() -> Iterator[DirectoryUnderTest]:
    yield _under_test(MemoryDirectory())


@contextmanager
def ldap_directory(site: LdapSite) -> Iterator[DirectoryUnderTest]:
    """A branch of a real server, on a host that notices at once whom it has."""
    yield _under_test(site.directory)


@contextmanager
def local_directory(folder: Path) -> Iterator[DirectoryUnderTest]:
    """This host's own files; what was made there is removed afterwards."""
    commands = Commands()
    as_root = installed_as_root(folder, commands)
    made = _under_test(LocalDirectory(as_root, record_file=folder / "made"))
    try:
        yield made
    finally:
        for user in (made.ada, made.bob):
            commands.attempt("userdel", "--force", user.username)
            commands.attempt("groupdel", user.username)
        commands.attempt("groupdel", made.group.name)
