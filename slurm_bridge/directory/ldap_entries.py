"""People and groups as a directory of RFC 2307 has them, and as Belfry makes them. Pure.

What others wrote may lack what it should have: such an entry is still seen, so that its name is not
given to somebody else, and has no number.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from slurm_bridge.wire import ActualGroup

PERSON_CLASSES = ("account", "posixAccount")
GROUP_CLASSES = ("posixGroup",)
KEYS_CLASS = "ldapPublicKey"
KEYS = "sshPublicKey"
PERSON_ATTRIBUTES = ("objectClass", "uid", "uidNumber", "description", KEYS)
GROUP_ATTRIBUTES = ("objectClass", "cn", "gidNumber", "memberUid", "description")

HIGHEST_NUMBER = 2**32 - 1
_NUMBER = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True)
class Entry:
    """One entry of a directory; attributes are in lower case, since servers differ in theirs."""

    dn: str
    values: Mapping[str, tuple[str, ...]]

    def all(self, attribute: str) -> tuple[str, ...]:
        """The values of an attribute; none where it is missing."""
        return self.values.get(attribute.lower(), ())

    def number(self, attribute: str) -> int | None:
        """The value of an attribute that is one number; None where it is anything else."""
        found = self.all(attribute)
        if len(found) != 1 or not _NUMBER.fullmatch(found[0]):
            return None
        return int(found[0]) if int(found[0]) <= HIGHEST_NUMBER else None

    def is_a(self, object_class: str) -> bool:
        """Whether it has this object class."""
        return object_class.lower() in {value.lower() for value in self.all("objectClass")}

    def carries(self, mark: str) -> bool:
        """Whether its description is this mark, and so the entry Belfry's own at this site."""
        return mark.lower() in {value.lower() for value in self.all("description")}

    def is_named(self, attribute: str, name: str) -> bool:
        """Whether a directory, to which case means nothing, would find it by this name."""
        return name.lower() in {value.lower() for value in self.all(attribute)}


def person(
    username: str, uid: int, *, mark: str, shell: str, home_base: Path
) -> dict[str, list[str]]:
    """The attributes of a new person; there is no password, so that nobody signs in by one."""
    return {
        "uid": [username],
        "cn": [username],
        "uidNumber": [str(uid)],
        "gidNumber": [str(uid)],
        "homeDirectory": [str(home_base / username)],
        "loginShell": [shell],
        "description": [mark],
    }


def group(name: str, gid: int, *, mark: str) -> dict[str, list[str]]:
    """The attributes of a new group without members."""
    return {"cn": [name], "gidNumber": [str(gid)], "description": [mark]}


def groups_of(
    entries: Iterable[Entry], wanted: Collection[str], mark: str
) -> dict[str, ActualGroup]:
    """Groups by the names that were asked for.

    What carries no mark, no number, another case of the name, or a name that a second group has
    too, is taken for somebody else's.
    """
    names = {name.lower(): name for name in wanted}
    found: dict[str, ActualGroup] = {}
    for entry in entries:
        for name in {names[value.lower()] for value in entry.all("cn") if value.lower() in names}:
            is_own = entry.all("cn") == (name,) and entry.carries(mark) and name not in found
            number = entry.number("gidNumber")
            found[name] = ActualGroup(
                name=name,
                gid=number or 0,
                members=frozenset(entry.all("memberUid")),
                foreign=not is_own or number is None,
            )
    return found
