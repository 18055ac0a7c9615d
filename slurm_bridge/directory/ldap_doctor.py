"""What about an LDAP directory would make Belfry fail, and what to do about each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from slurm_bridge.directory import ldap_names as names
from slurm_bridge.directory.host_names import HostNames, NssNames
from slurm_bridge.directory.ldap_entries import (
    GROUP_CLASSES,
    KEYS_CLASS,
    PERSON_ATTRIBUTES,
    PERSON_CLASSES,
    Entry,
    group,
    person,
)
from slurm_bridge.directory.ldap_people import LdapTree
from slurm_bridge.errors import BridgeError, StoppedError
from slurm_bridge.wire import Finding

# Nobody's name: the portal's begin with a letter. Nothing of it is ever made.
TRIED_NAME = "0-belfry-tries"
TRIED_NUMBER = 2_000_000_000
MOST_LOOKED_UP = 20
_CLASS = re.compile(r"NAME\s+\(?\s*((?:'[^']+'\s*)+)")


@dataclass(frozen=True)
class LdapDoctor:
    """Looks at one directory and changes nothing."""

    tree: LdapTree
    needs_keys: bool
    host: HostNames = field(default_factory=NssNames)

    def findings(self) -> Iterator[Finding]:
        """Everything that was looked at; only the first fault where nothing works without it."""
        config = self.tree.config
        try:
            self.tree.client.search("", "(objectClass=*)", ["subschemaSubentry"], "BASE")
        except StoppedError:
            raise
        except BridgeError as error:
            advice = "Correct [ldap_directory]: url, ca_file, bind_dn or what is in password_file."
            yield _finding("directory", "error", str(error), advice)
            return
        yield _finding("directory", "ok", f"{config.url} answers to {config.bind_dn}")
        yield from self._checked("directory branches", self._branches())
        yield from self._checked("directory schema", self._schema())
        yield from self._checked("rights in the directory", self._rights())
        yield from self._checked("names of the directory", self._names())

    def _checked(self, check: str, findings: Iterator[Finding]) -> Iterator[Finding]:
        try:
            yield from findings
        except StoppedError:
            raise
        except BridgeError as error:
            yield _finding(check, "error", str(error), "See docs/people.md.")

    def _branches(self) -> Iterator[Finding]:
        config = self.tree.config
        for dn in (config.base, config.users_base, config.groups_base):
            self.tree.client.search(dn, "(objectClass=*)", ["objectClass"], "BASE")
        yield _finding("directory branches", "ok", f"{config.users_base}; {config.groups_base}")

    def _schema(self) -> Iterator[Finding]:
        classes = self._classes()
        if classes is None:
            advice = "Let bind_dn read the schema; until then nobody can say what it lacks."
            yield _finding("directory schema", "warning", "cannot be read", advice)
            return
        needed = {*PERSON_CLASSES, *GROUP_CLASSES, *([KEYS_CLASS] if self.needs_keys else [])}
        missing = sorted(name for name in needed if name.lower() not in classes)
        if missing:
            advice = "Load the schemas cosine and nis, and deploy/ldap/openssh-lpk.ldif for keys."
            yield _finding("directory schema", "error", f"lacks {', '.join(missing)}", advice)
        elif " AUXILIARY " in classes["posixgroup"]:
            advice = "Use the schema nis (RFC 2307); with rfc2307bis set directory to none."
            found = "posixGroup cannot stand alone, as in rfc2307bis"
            yield _finding("directory schema", "error", found, advice)
        else:
            yield _finding("directory schema", "ok", ", ".join(sorted(needed)))

    def _classes(self) -> dict[str, str] | None:
        """Object classes by name, in lower case, as the server describes them."""
        client = self.tree.client
        (root,) = client.search("", "(objectClass=*)", ["subschemaSubentry"], "BASE") or [_NONE]
        for dn in root.all("subschemaSubentry"):
            for schema in client.search(dn, "(objectClass=subschema)", ["objectClasses"], "BASE"):
                described = schema.all("objectClasses")
                return {name: text for text in described for name in _names_in(text)} or None
        return None

    def _rights(self) -> Iterator[Finding]:
        """Ask whether a person and a group could be made; a server that cannot be asked says so."""
        config, mark = self.tree.config, self.tree.mark
        somebody = person(
            TRIED_NAME, TRIED_NUMBER, mark=mark, shell=config.shell, home_base=config.home_base
        )
        client = self.tree.client
        can_be_asked = client.would_add(
            names.child(config.users_base, "uid", TRIED_NAME), PERSON_CLASSES, somebody
        ) and client.would_add(
            names.child(config.groups_base, "cn", TRIED_NAME),
            GROUP_CLASSES,
            group(TRIED_NAME, TRIED_NUMBER, mark=mark),
        )
        if can_be_asked:
            yield _finding("rights in the directory", "ok", "may make people and groups")
        else:
            advice = "Nothing, if the first person is made; else give bind_dn the right to write."
            yield _finding("rights in the directory", "warning", "cannot be asked for", advice)

    def _names(self) -> Iterator[Finding]:
        """Whether this host resolves those whom Belfry has made there."""
        own = names.all_of(
            names.equals("objectClass", "posixAccount"), names.equals("description", self.tree.mark)
        )
        found = self.tree.client.search(self.tree.config.users_base, own, PERSON_ATTRIBUTES)
        some = found[:MOST_LOOKED_UP]
        strangers = [entry for entry in some if not self._resolves(entry)]
        if strangers:
            advice = (
                "Make this host a client of the directory (sssd or nslcd, and nsswitch.conf):"
                " `getent passwd NAME` must answer, or nobody becomes a member."
            )
            shown = ", ".join(entry.dn for entry in strangers[:3])
            text = f"this host does not resolve {shown}"
            yield _finding("names of the directory", "error", text, advice)
        else:
            told = f"this host resolves {len(some)} of {len(some)} whom it was asked for"
            none_yet = "nobody has been made there yet"
            yield _finding("names of the directory", "ok", told if some else none_yet)

    def _resolves(self, entry: Entry) -> bool:
        username = next(iter(entry.all("uid")), "")
        return self.host.uid_of(username) == entry.number("uidNumber")


_NONE = Entry("", {})


def _names_in(described: str) -> list[str]:
    found = _CLASS.search(described)
    return [name.lower() for name in re.findall(r"'([^']+)'", found[1])] if found else []


def _finding(check: str, level: str, found: str, advice: str = "") -> Finding:
    return Finding.model_validate(
        {"check": check, "level": level, "found": found[:2000], "advice": advice}
    )
