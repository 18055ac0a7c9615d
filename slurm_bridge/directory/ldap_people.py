"""People in an LDAP directory: looked for together, made one by one, never changed or removed."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from slurm_bridge.directory import ldap_names as names
from slurm_bridge.directory.ldap_client import LdapClient
from slurm_bridge.directory.ldap_config import LdapDirectoryConfig
from slurm_bridge.directory.ldap_entries import (
    GROUP_ATTRIBUTES,
    GROUP_CLASSES,
    PERSON_ATTRIBUTES,
    PERSON_CLASSES,
    Entry,
    group,
    person,
)
from slurm_bridge.errors import TransientDirectoryError
from slurm_bridge.wire import DesiredGroup, DesiredUser

# So many names in one question.
MOST_NAMES = 400
_IS_PERSON = names.equals("objectClass", "posixAccount")
_IS_GROUP = names.equals("objectClass", "posixGroup")


@dataclass(frozen=True)
class LdapTree:
    """What is in the directory, and how new entries of Belfry's look."""

    client: LdapClient
    config: LdapDirectoryConfig
    mark: str
    """The description of every entry that is Belfry's own at this site."""

    def people(self, usernames: Collection[str]) -> Iterator[Entry]:
        """Everybody who has one of these names, whoever made them."""
        for some in _portions(usernames):
            wanted = names.all_of(_IS_PERSON, names.any_of(names.equals("uid", n) for n in some))
            yield from self.client.search(self.config.base, wanted, PERSON_ATTRIBUTES)

    def groups(self, group_names: Collection[str]) -> Iterator[Entry]:
        """Every group that has one of these names, whoever made it."""
        for some in _portions(group_names):
            wanted = names.all_of(_IS_GROUP, names.any_of(names.equals("cn", n) for n in some))
            yield from self.client.search(self.config.base, wanted, GROUP_ATTRIBUTES)

    def make_person(self, user: DesiredUser) -> None:
        """Make what is missing of a person and the private group; raise where either is taken."""
        taken = self._holders(user.username, user.uid)
        are_people = [_is(entry, "posixAccount", user) for entry in taken]
        are_groups = [_is(entry, "posixGroup", user) for entry in taken]
        for entry, is_person, is_group in zip(taken, are_people, are_groups, strict=True):
            if not is_person and not is_group:
                raise TransientDirectoryError(
                    f"cannot create {user.username} (uid {user.uid}): {_described(entry)} has the"
                    " name or the number already, and nothing was changed"
                )
        if not any(are_groups):
            self._add_group(user.username, user.uid)
        if not any(are_people):
            self._add_person(user)

    def make_group(self, wanted: DesiredGroup) -> None:
        """Make a group without members, unless it is there; raise where it is taken."""
        taken = self._holders(wanted.name, wanted.gid, people=False)
        for entry in taken:
            is_it = entry.all("cn") == (wanted.name,) and entry.number("gidNumber") == wanted.gid
            if not is_it or not entry.carries(self.mark):
                raise TransientDirectoryError(
                    f"cannot create group {wanted.name} (gid {wanted.gid}): {_described(entry)} has"
                    " the name or the number already, and nothing was changed"
                )
        if not taken:
            self._add_group(wanted.name, wanted.gid)

    def _holders(self, name: str, number: int, *, people: bool = True) -> list[Entry]:
        """Everything that has this name or this number."""
        of_groups = (names.equals("cn", name), names.equals("gidNumber", number))
        wanted = [names.all_of(_IS_GROUP, names.any_of(of_groups))]
        if people:
            of_people = (names.equals("uid", name), names.equals("uidNumber", number))
            wanted.append(names.all_of(_IS_PERSON, names.any_of(of_people)))
        attributes = sorted({*PERSON_ATTRIBUTES, *GROUP_ATTRIBUTES})
        return self.client.search(self.config.base, names.any_of(wanted), attributes)

    def _add_person(self, user: DesiredUser) -> None:
        config = self.config
        values = person(
            user.username,
            user.uid,
            mark=self.mark,
            shell=config.shell,
            home_base=config.home_base,
        )
        dn = names.child(config.users_base, "uid", user.username)
        self.client.add(dn, PERSON_CLASSES, values)

    def _add_group(self, name: str, gid: int) -> None:
        dn = names.child(self.config.groups_base, "cn", name)
        self.client.add(dn, GROUP_CLASSES, group(name, gid, mark=self.mark))


def _is(entry: Entry, object_class: str, user: DesiredUser) -> bool:
    """Whether it is this very person, or the private group, by name and number."""
    attribute, number = {
        "posixAccount": ("uid", "uidNumber"),
        "posixGroup": ("cn", "gidNumber"),
    }[object_class]
    return (
        entry.is_a(object_class)
        and entry.all(attribute) == (user.username,)
        and entry.number(number) == user.uid
    )


def _described(entry: Entry) -> str:
    numbers = [
        f"{name}={value[:20]}"
        for name in ("uidNumber", "gidNumber")
        for value in entry.all(name)[:3]
    ]
    return f"{entry.dn[:200]} ({' '.join(numbers) or 'without a number'})"


def _portions(items: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(sorted(items))
    while some := list(islice(remaining, MOST_NAMES)):
        yield some
