"""UNIX users and groups of projects in an LDAP directory (RFC 2307) that this host resolves.

Belfry owns the entries whose description is its mark at this site, and changes no other. Slurm
believes what its hosts resolve, so a user counts as known once this host says so, too.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field

from slurm_bridge.directory.host_names import HostNames, NssNames
from slurm_bridge.directory.ldap_client import Change
from slurm_bridge.directory.ldap_entries import Entry, groups_of
from slurm_bridge.directory.ldap_people import LdapTree
from slurm_bridge.errors import FatalDirectoryError, TransientDirectoryError
from slurm_bridge.wire import ActualGroup, DesiredGroup, DesiredUser

log = logging.getLogger(__name__)

DirectoryFaults = (TransientDirectoryError, FatalDirectoryError)


@dataclass
class LdapDirectory:
    """Makes each person with a private group of the same name and number, and groups of projects.

    While the directory is away, the host still resolves most people, and the groups are taken to be
    as they were last: so Slurm goes on being served, and what has to be written there fails.
    """

    tree: LdapTree
    host: HostNames = field(default_factory=NssNames)
    _known: set[str] = field(default_factory=set)
    _groups: dict[str, ActualGroup] | None = None

    def uid_of(self, username: str) -> int | None:
        """The number that the name resolves to on this host, or None."""
        return self.host.uid_of(username)

    def resolved(self, usernames: Collection[str]) -> dict[str, int]:
        """The numbers of those of the names that resolve on this host.

        The host is asked by name for those only who are in the directory: name services remember
        for a while that somebody was not there, and would go on saying so once they are.
        """
        listed = self.host.listed() if set(usernames) - self._known else {}
        here = self._known | self._present(set(usernames) - self._known)
        found: dict[str, int] = {}
        for username in usernames:
            uid = self.host.uid_of(username) if username in here else listed.get(username)
            if uid is not None:
                found[username] = uid
        self._known = (self._known - set(usernames)) | (here & found.keys())
        return found

    def create(self, user: DesiredUser) -> None:
        """Make what is missing of the user; raise also where this host does not see them yet."""
        self.tree.make_person(user)
        if self.host.uid_of(user.username) != user.uid:
            raise TransientDirectoryError(
                f"{user.username} is in the LDAP directory, but this host does not resolve the name"
                f" to {user.uid} (yet)"
            )

    def groups(self, names: Collection[str]) -> tuple[ActualGroup, ...] | None:
        """Those of the groups that exist; one that another has made says so."""
        try:
            entries = list(self.tree.groups(names))
        except DirectoryFaults as error:
            if self._groups is None:
                raise
            log.warning("groups are taken to be as they were: %s", error)
        else:
            self._groups = groups_of(entries, names, self.tree.mark)
        return tuple(group for name, group in self._groups.items() if name in names)

    def create_group(self, group: DesiredGroup) -> None:
        """Make the group, or raise; one of Belfry's own with this number is no fault."""
        self.tree.make_group(group)

    def change_group(self, name: str, added: Collection[str], removed: Collection[str]) -> None:
        """Add and remove members of one of Belfry's own groups in one step, or raise."""
        entry = self._own_group(name)
        missing = set(added) - self.resolved(added).keys()
        if missing:
            unknown = ", ".join(sorted(missing))
            raise TransientDirectoryError(
                f"cannot change group {name}: {unknown} is not known on this host"
            )
        before = set(entry.all("memberUid"))
        after = (before | set(added)) - set(removed)
        steps: list[Change] = []
        if after - before:
            steps.append(("MODIFY_ADD", sorted(after - before)))
        if before - after:
            steps.append(("MODIFY_DELETE", sorted(before - after)))
        if steps:
            self.tree.client.modify(entry.dn, {"memberUid": steps})

    def _own_group(self, name: str) -> Entry:
        found = list(self.tree.groups([name]))
        if not found:
            raise TransientDirectoryError(f"group {name} does not exist")
        if len(found) > 1 or not found[0].carries(self.tree.mark):
            raise TransientDirectoryError(f"group {name} was not made by Belfry")
        return found[0]

    def _present(self, usernames: Collection[str]) -> set[str]:
        """Those of the names that the directory has; none while it is away."""
        if not usernames:
            return set()
        try:
            entries = list(self.tree.people(usernames))
        except DirectoryFaults as error:
            log.warning("nobody new is known: %s", error)
            return set()
        return {name for entry in entries for name in entry.all("uid")} & set(usernames)
