"""A real OpenLDAP server for tests, looked into with OpenLDAP's own commands."""

import base64
import secrets
import subprocess
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from deploy.testbed.layout import Layout
from deploy.testbed.ldap import ADMIN, BASE, BRIDGE, PASSWORD, ldap_service, prepare_ldap
from deploy.testbed.packages import LDAP_PACKAGES, install_missing
from deploy.testbed.processes import start, stop
from slurm_bridge.directory.ldap import LdapDirectory
from slurm_bridge.directory.ldap_client import LdapClient
from slurm_bridge.directory.ldap_config import LdapDirectoryConfig
from slurm_bridge.directory.ldap_people import LdapTree

MARK = "belfry-zellik"
Values = dict[str, list[str]]


@dataclass(frozen=True)
class Slapd:
    """One server, which tests may stop and start."""

    layout: Layout

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.layout.ldap_port}"

    @property
    def tls_url(self) -> str:
        return f"ldaps://127.0.0.1:{self.layout.ldaps_port}"

    def start(self) -> None:
        start(self.layout, ldap_service(self.layout))

    def stop(self, *, kill: bool = False) -> None:
        stop(self.layout, ldap_service(self.layout), kill=kill)

    def apply(self, ldif: str) -> None:
        """As the administrator of the directory: add entries or change them."""
        self._run("ldapmodify", "-a", text=ldif)

    def search(self, base: str, wanted: str = "(objectClass=*)") -> dict[str, Values]:
        """Entries by name, as the administrator sees them."""
        return dict(
            _entries(self._run("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", base, wanted))
        )

    def _run(self, command: str, *arguments: str, text: str = "") -> str:
        signed_in = ("-x", "-H", self.url, "-D", ADMIN, "-w", PASSWORD)
        finished = subprocess.run(
            [command, *signed_in, *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout


@contextmanager
def running_slapd(layout: Layout) -> Iterator[Slapd]:
    """In a folder of its own beside the testbed's; it is stopped by its record."""
    for folder in (layout.state, layout.logs, layout.processes):
        folder.mkdir(parents=True, exist_ok=True)
    install_missing(LDAP_PACKAGES, layout.logs / "apt.log")
    prepare_ldap(layout)
    slapd = Slapd(layout)
    slapd.start()
    try:
        yield slapd
    finally:
        slapd.stop()


@dataclass
class FollowingHost:
    """A host that resolves whom the directory has, save those it has not noticed yet."""

    site: "LdapSite"
    not_noticed: set[str] = field(default_factory=set)
    files: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def uid_of(self, username: str) -> int | None:
        self.asked.append(username)
        if username in self.files:
            return self.files[username]
        if username in self.not_noticed:
            return None
        found = self.site.person(username)
        return int(found["uidNumber"][0]) if found else None

    def listed(self) -> dict[str, int]:
        return self.files


@dataclass
class LdapSite:
    """A branch of its own in the server, and the bridge's directory on it."""

    slapd: Slapd
    folder: Path
    base: str = field(default_factory=lambda: f"ou=bt{secrets.token_hex(4)},{BASE}")

    def __post_init__(self) -> None:
        self.password_file.write_text(f"{PASSWORD}\n")
        self.password_file.chmod(0o600)
        for dn in (self.base, self.people, self.groups):
            self.slapd.apply(f"dn: {dn}\nobjectClass: organizationalUnit\n")

    @property
    def people(self) -> str:
        return f"ou=people,{self.base}"

    @property
    def groups(self) -> str:
        return f"ou=groups,{self.base}"

    @property
    def password_file(self) -> Path:
        return self.folder / "ldap-password"

    def config(self, **changes: object) -> LdapDirectoryConfig:
        values = {
            "url": self.slapd.url,
            "bind_dn": BRIDGE,
            "password_file": str(self.password_file),
            "base": self.base,
            "users_base": self.people,
            "groups_base": self.groups,
            "timeout_seconds": 5,
        }
        return LdapDirectoryConfig.model_validate(values | changes)

    def client(self, password: str = PASSWORD, **changes: object) -> LdapClient:
        return LdapClient(self.config(**changes), lambda: password, pause_seconds=0)

    def tree(self, **changes: object) -> LdapTree:
        return LdapTree(self.client(**changes), self.config(**changes), MARK)

    @cached_property
    def host(self) -> FollowingHost:
        return FollowingHost(self)

    @cached_property
    def directory(self) -> LdapDirectory:
        return LdapDirectory(self.tree(), self.host)

    def person(self, username: str) -> Values | None:
        found = self.slapd.search(self.base, f"(&(objectClass=posixAccount)(uid={username}))")
        return next(iter(found.values()), None)

    def group(self, name: str) -> Values | None:
        found = self.slapd.search(self.base, f"(&(objectClass=posixGroup)(cn={name}))")
        return next(iter(found.values()), None)

    def everything(self) -> dict[str, Values]:
        return self.slapd.search(self.base)

    def make_person(self, username: str, uid: int, *, below: str = "", **values: str) -> None:
        """Somebody whom the administrator of the directory has made."""
        below = below or self.people
        lines = [
            f"dn: uid={username},{below}",
            "objectClass: account",
            "objectClass: posixAccount",
            f"cn: {username}",
            f"uidNumber: {uid}",
            f"gidNumber: {uid}",
            f"homeDirectory: /home/{username}",
            *(f"{name}: {value}" for name, value in values.items()),
        ]
        self.slapd.apply("\n".join(lines) + "\n")

    def make_group(self, name: str, gid: int, members: Collection[str] = (), **values: str) -> None:
        lines = [
            f"dn: cn={name},{self.groups}",
            "objectClass: posixGroup",
            f"gidNumber: {gid}",
            *(f"memberUid: {member}" for member in members),
            *(f"{key}: {value}" for key, value in values.items()),
        ]
        self.slapd.apply("\n".join(lines) + "\n")


def _entries(ldif: str) -> Iterator[tuple[str, Values]]:
    for block in ldif.strip().split("\n\n"):
        values: Values = {}
        for line in block.splitlines():
            name, _, value = line.partition(":")
            text = base64.b64decode(value[1:]).decode() if value.startswith(":") else value.strip()
            values.setdefault(name, []).append(text)
        if "dn" in values:
            yield values["dn"][0], values
