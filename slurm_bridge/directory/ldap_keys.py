"""People's SSH keys in the LDAP directory: exactly those that hold, in Belfry's own entries."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from slurm_bridge.directory import ldap_names as names
from slurm_bridge.directory.ldap_client import Change
from slurm_bridge.directory.ldap_entries import KEYS, KEYS_CLASS, PERSON_ATTRIBUTES, Entry
from slurm_bridge.directory.ldap_people import LdapTree
from slurm_bridge.errors import BridgeError, FatalDirectoryError, StoppedError
from slurm_bridge.wire import DesiredState, DesiredUser

MOST_TOLD = 20

log = logging.getLogger(__name__)


@dataclass
class DirectoryKeys:
    """Keeps the keys of one site in its directory, or, where they go another way, none at all."""

    tree: LdapTree
    cluster: str
    delivers: bool
    clock: Callable[[], float] = time.time
    _foreign: frozenset[str] = field(default=frozenset())

    def publish(self, desired: DesiredState) -> None:
        """Take away what opens nothing any more, then add what is new; a fault is logged only."""
        if desired.cluster != self.cluster or not desired.accounts:
            return  # Not meant for this site, or a portal that has lost its memory.
        try:
            self._publish(self._wanted(desired))
        except StoppedError:
            raise
        except BridgeError as error:
            log.warning("the directory does not have the keys that are valid: %s", error)

    def _wanted(self, desired: DesiredState) -> dict[str, tuple[int, frozenset[str]]]:
        """By name: the number of each person who has a key, and the keys that hold now."""
        if not self.delivers:
            return {}
        people = {user.username: (user.uid, self._valid(user)) for user in desired.users}
        return {username: (uid, keys) for username, (uid, keys) in people.items() if keys}

    def _valid(self, user: DesiredUser) -> frozenset[str]:
        now = self.clock()
        return frozenset(
            key.line for key in user.keys if key.expires_at is None or now < key.expires_at
        )

    def _publish(self, wanted: Mapping[str, tuple[int, frozenset[str]]]) -> None:
        with_keys = {entry.dn: entry for entry in self._with_keys()}
        todo = [(entry, _keys_of(entry, wanted)) for entry in with_keys.values()]
        there = {name for entry in with_keys.values() for name in entry.all("uid")}
        others = list(self.tree.people(wanted.keys() - there))
        own = [entry for entry in others if entry.carries(self.tree.mark)]
        todo += [(entry, _keys_of(entry, wanted)) for entry in own]
        changed = [(entry, keys) for entry, keys in todo if keys != frozenset(entry.all(KEYS))]
        for entry, keys in sorted(changed, key=lambda item: bool(item[1])):
            self._set(entry, keys)
        self._tell(frozenset(entry.dn for entry in others if not entry.carries(self.tree.mark)))

    def _with_keys(self) -> Iterator[Entry]:
        """Those of Belfry's people who have a key just now."""
        config = self.tree.config
        own = names.equals("description", self.tree.mark)
        wanted = names.all_of(names.equals("objectClass", "posixAccount"), own, names.present(KEYS))
        for entry in self.tree.client.search(config.base, wanted, PERSON_ATTRIBUTES):
            if entry.carries(self.tree.mark):
                yield entry

    def _set(self, entry: Entry, keys: frozenset[str]) -> None:
        """Give a person exactly these keys; one entry that cannot be changed holds up no other."""
        changes: dict[str, list[Change]] = {KEYS: [("MODIFY_REPLACE", sorted(keys))]}
        if keys and not entry.is_a(KEYS_CLASS):
            changes["objectClass"] = [("MODIFY_ADD", [KEYS_CLASS])]
        if not keys and entry.is_a(KEYS_CLASS):  # Some schemas want a key of whoever has the class.
            changes["objectClass"] = [("MODIFY_DELETE", [KEYS_CLASS])]
        try:
            self.tree.client.modify(entry.dn, changes)
        except FatalDirectoryError as error:
            log.warning("the keys of %s are not as they should be: %s", entry.dn, error)
        else:
            log.info("keys of %s in the directory: %d", entry.dn, len(keys))

    def _tell(self, foreign: frozenset[str]) -> None:
        """Say once whose keys cannot be kept, since somebody else made their entry."""
        fresh = sorted(foreign - self._foreign)
        if fresh:
            log.warning("no keys for %s: not made by Belfry", "; ".join(fresh[:MOST_TOLD]))
        self._foreign = foreign


def _keys_of(entry: Entry, wanted: Mapping[str, tuple[int, frozenset[str]]]) -> frozenset[str]:
    """What should be in an entry: nothing where name or number are not of one person."""
    if len(entry.all("uid")) != 1:
        return frozenset()
    uid, keys = wanted.get(entry.all("uid")[0], (None, frozenset()))
    return keys if uid is not None and entry.number("uidNumber") == uid else frozenset()
