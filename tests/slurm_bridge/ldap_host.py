"""A host that knows people from LDAP alone: nslcd answers for them, in a namespace of its own.

Debian's packages are unpacked and not installed, since that would change how this whole machine
resolves names. /etc is a copy, in which nsswitch.conf says `ldap` too, and the dynamic
linker's cache names the library that asks nslcd.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.testbed.layout import ZELLIK
from deploy.testbed.processes import Service, start, stop
from deploy.testbed.slurm import nodes_not_ready, slurmctld_service, slurmd_service
from deploy.testbed.unpacked import unpacked
from tests.slurm_bridge.clusters import wait_until
from tests.slurm_bridge.ldap_servers import LdapSite
from tests.testbed import Testbed

SOCKET_FOLDER = Path("/run/nslcd")
LIBRARY = "libnss_ldap.so.2"
LONGEST_START_SECONDS = 60


@dataclass(frozen=True)
class LdapHost:
    """Where names resolve by the directory, and programs can be started."""

    folder: Path
    """Of root's, and readable by everybody."""
    nslcd: subprocess.Popen[bytes]

    def inside(self, *command: str) -> tuple[str, ...]:
        """A command as it is started on that host."""
        return ("nsenter", f"--mount=/proc/{self.nslcd.pid}/ns/mnt", "--wd=/", *command)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.inside("env", *(f"{key}={value}" for key, value in environment.items()), *command),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    @contextmanager
    def serving_slurm(self, testbed: Testbed) -> Iterator[None]:
        """Zellik's slurmctld and nodes run on that host for so long."""
        layout = testbed.layout
        daemons = [slurmctld_service(layout, ZELLIK)]
        daemons += [slurmd_service(layout, ZELLIK, node) for node in ZELLIK.nodes]
        moved = [self._moved(daemon) for daemon in daemons]
        try:
            _exchange(testbed, daemons, moved)
            yield
        finally:
            _exchange(testbed, moved, daemons)

    def _moved(self, daemon: Service) -> Service:
        user = ("setpriv", f"--reuid={daemon.user}", f"--regid={daemon.user}", "--clear-groups")
        return replace(daemon, user="root", command=self.inside(*user, *daemon.command))


def _exchange(testbed: Testbed, old: list[Service], new: list[Service]) -> None:
    for daemon in reversed(old):
        stop(testbed.layout, daemon)
    for daemon in new:
        start(testbed.layout, daemon)
    wait_until(lambda: not nodes_not_ready(testbed.layout, ZELLIK))


@contextmanager
def ldap_host(site: LdapSite) -> Iterator[LdapHost]:
    """A host with that directory, which is gone when nobody needs it any more."""
    folder = Path(tempfile.mkdtemp(prefix="belfry-test-", dir="/var/lib"))
    folder.chmod(0o755)
    SOCKET_FOLDER.mkdir(mode=0o755, exist_ok=True)
    try:
        files = unpacked("nslcd", "libnss-ldapd")
        (library,) = files.rglob(LIBRARY)
        program = files / "usr" / "sbin" / "nslcd"
        _write_etc(folder / "etc", library.parent, site)
        mounts = 'mount --bind "$0" /etc && mount -t tmpfs tmpfs /run/nslcd && exec "$@"'
        nslcd = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", mounts, folder / "etc", program, "--nofork"]
        )
        host = LdapHost(folder, nslcd)
        try:
            _wait_for_answers(host)
            yield host
        finally:
            nslcd.terminate()
            nslcd.wait(timeout=60)
    finally:
        shutil.rmtree(folder)


def _write_etc(etc: Path, libraries: Path, site: LdapSite) -> None:
    subprocess.run(["cp", "-a", "/etc", etc], check=True)
    (etc / "nsswitch.conf").write_text("passwd: files ldap\ngroup: files ldap\nshadow: files\n")
    (etc / "nslcd.conf").write_text(f"uri {site.slapd.url}\nbase {site.base}\n")
    (etc / "nslcd.conf").chmod(0o600)
    cache, settings = etc / "ld.so.cache", etc / "ld.so.conf"
    subprocess.run(["ldconfig", "-C", cache, "-f", settings, libraries], check=True)


def _wait_for_answers(host: LdapHost) -> None:
    deadline = time.monotonic() + LONGEST_START_SECONDS
    while host.run("test", "-S", str(SOCKET_FOLDER / "socket")).returncode != 0:
        assert host.nslcd.poll() is None, "nslcd ended"
        assert time.monotonic() < deadline
        time.sleep(0.1)
