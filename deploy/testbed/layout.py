"""Where everything of one testbed lies: its folder, its ports, its sites.

Two variables choose a testbed, so that several can stand on one machine:
BELFRY_STATE (the folder) and BELFRY_PORT_BASE (the first of its ports).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.testbed.errors import UsageError

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_PORT_BASE = 17600
HIGHEST_PORT_OFFSET = 99
FIRST_UNPRIVILEGED_PORT = 1024
LAST_PORT = 65535

# A UNIX socket's path may have 107 bytes, and slurmstepd's are made of the state folder,
# the node's name twice, and the job's number.
LONGEST_STATE_PATH = 44


@dataclass(frozen=True)
class Site:
    """One cluster of the testbed, with the nodes that its files in deploy/slurm name."""

    name: str
    nodes: tuple[str, ...]
    port_offset: int


ZELLIK = Site("zellik", ("zellik-gpu1", "zellik-gpu2"), 10)
CHARLEROI = Site("charleroi", ("charleroi-gpu1", "charleroi-gpu2", "charleroi-ia1"), 20)
SITES = (ZELLIK, CHARLEROI)


def site_named(name: str) -> Site:
    """The site of that name, or an error that lists the names there are."""
    for site in SITES:
        if site.name == name:
            return site
    known = " or ".join(site.name for site in SITES)
    raise UsageError(f"There is no site {name!r}.", f"Name {known}.")


@dataclass(frozen=True)
class Layout:
    """The paths and ports of one testbed."""

    state: Path
    port_base: int

    @property
    def processes(self) -> Path:
        """One record for each process that was started."""
        return self.state / "processes"

    @property
    def logs(self) -> Path:
        """One log for each service."""
        return self.state / "logs"

    @property
    def settings(self) -> Path:
        """What `up` was told the first time."""
        return self.state / "testbed.json"

    @property
    def lock(self) -> Path:
        """Held by whichever command is starting or stopping services."""
        return self.state / "lock"

    @property
    def unix_users(self) -> Path:
        """The UNIX users that this testbed's bridges made, one a line."""
        return self.state / "unix-users"

    @property
    def munge(self) -> Path:
        """Where munged's key and socket are."""
        return self.state / "munge"

    @property
    def munge_socket(self) -> Path:
        """Where every daemon and command of the testbed finds munged."""
        return self.munge / "socket"

    @property
    def mariadb(self) -> Path:
        """MariaDB's data, socket and password."""
        return self.state / "mariadb"

    @property
    def mariadb_socket(self) -> Path:
        """Where root may speak SQL to the accounting database."""
        return self.mariadb / "socket"

    @property
    def mariadb_port(self) -> int:
        """Where slurmdbd finds MariaDB."""
        return self.port_base + 1

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data and socket."""
        return self.state / "postgres"

    @property
    def postgres_port(self) -> int:
        """Where the portal finds PostgreSQL."""
        return self.port_base

    @property
    def clamav(self) -> Path:
        """What the virus scanner has: configuration, signatures, socket."""
        return self.state / "clamav"

    @property
    def clamav_socket(self) -> Path:
        """Where the portal's worker finds the virus scanner."""
        return self.clamav / "socket"

    @property
    def ldap(self) -> Path:
        """What the tests' OpenLDAP server has: configuration, data, certificate."""
        return self.state / "ldap"

    @property
    def ldap_certificate(self) -> Path:
        """What a client of that server must trust."""
        return self.ldap / "certificate.pem"

    @property
    def ldap_port(self) -> int:
        """Where that server listens, with StartTLS."""
        return self.port_base + 3

    @property
    def ldaps_port(self) -> int:
        """Where it listens with TLS from the start."""
        return self.port_base + 4

    def slurmdbd_port(self, site: Site | None) -> int:
        """The port of the shared slurmdbd, or of a site's own."""
        return self.port_base + (2 if site is None else site.port_offset + 9)

    def slurm_folder(self, site: Site) -> Path:
        """A site's slurm.conf and everything that it includes."""
        return self.state / site.name

    def slurm_conf(self, site: Site) -> Path:
        """What SLURM_CONF must say for a site's commands."""
        return self.slurm_folder(site) / "slurm.conf"

    def partitions_file(self, site: Site) -> Path:
        """What a site's slurm.conf includes and its bridge rewrites."""
        return self.slurm_folder(site) / "belfry-partitions.conf"

    def slurmctld_port(self, site: Site) -> int:
        """Where a site's slurmctld listens."""
        return self.port_base + site.port_offset

    def slurmd_port(self, site: Site, node: str) -> int:
        """Where a node's slurmd listens."""
        return self.slurmctld_port(site) + 1 + site.nodes.index(node)

    def login_folder(self, site: Site) -> Path:
        """Where a site's bridge writes what login nodes and slurmctld read."""
        return self.state / "login" / site.name

    def devices(self, site: Site) -> Path:
        """The folder of a site's pretended GPU devices."""
        return self.state / "dev" / site.name

    def gpu_folder(self, node: str) -> Path:
        """What there is of a node's pretended GPUs: the driver's files, jobs, script, counters."""
        return self.state / "gpu" / node

    def gpu_exporter_port(self, site: Site, node: str) -> int:
        """Where a node's exporter serves."""
        return self.slurmctld_port(site) + 5 + site.nodes.index(node)


def layout_from_environment(environment: Mapping[str, str] = os.environ) -> Layout:
    """The testbed that BELFRY_STATE and BELFRY_PORT_BASE name, checked."""
    state = Path(environment.get("BELFRY_STATE") or default_state()).absolute()
    return Layout(checked_state(state), checked_port_base(environment.get("BELFRY_PORT_BASE")))


def default_state() -> Path:
    """A short path, the same for every command run from one clone of the repository."""
    digest = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]
    return Path(f"/var/tmp/belfry-{digest}")


def checked_state(state: Path) -> Path:
    """The folder itself, if the services' own UNIX users will be able to use it."""
    if len(os.fsencode(state)) > LONGEST_STATE_PATH:
        raise UsageError(
            f"BELFRY_STATE is too long for UNIX sockets: {state}",
            f"Set it to a path of at most {LONGEST_STATE_PATH} bytes, such as {default_state()}.",
        )
    for folder in (state, *state.parents):
        if folder.exists() and not folder.stat().st_mode & 0o001:
            raise UsageError(
                f"BELFRY_STATE lies in {folder}, which the users postgres, mysql, slurm and"
                " munge cannot enter.",
                f"Set BELFRY_STATE to a folder that they can, such as {default_state()}.",
            )
    return state


def checked_port_base(text: str | None) -> int:
    """The first port, if it and its followers can be listened on."""
    if not text:
        return DEFAULT_PORT_BASE
    lowest, highest = FIRST_UNPRIVILEGED_PORT, LAST_PORT - HIGHEST_PORT_OFFSET
    if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
        raise UsageError(
            f"BELFRY_PORT_BASE is {text!r}, which is no port that a testbed can start at.",
            f"Set it to a number from {lowest} to {highest}; the default is {DEFAULT_PORT_BASE}.",
        )
    return int(text)
