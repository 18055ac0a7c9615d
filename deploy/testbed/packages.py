"""Debian packages that the testbed runs, installed without starting a single system service."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.testbed.errors import MissingPackageError, StepError

POSTGRES_PACKAGES = ("postgresql",)
SLURM_PACKAGES = (
    "slurmctld",
    "slurmd",
    "slurmdbd",
    "slurm-client",
    "munge",
    "mariadb-server",
    # For sreport, which will not speak of an hour before half of it is over.
    "faketime",
    # Bridges are users of their own, who ask root by sudo.
    "sudo",
)
# A login node's own sshd, for tests of who is let in.
LOGIN_PACKAGES = ("openssh-server", "openssh-client")
# A directory for tests of the bridge's LDAP driver, and the commands to look into it.
LDAP_PACKAGES = ("slapd", "ldap-utils")
# Scans what applicants attach.
CLAMAV_PACKAGES = ("clamav-daemon",)

# What compiles the library that plays GPUs.
COMPILER_PACKAGES = ("gcc", "libc6-dev")

POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_SAVED = Path("/usr/sbin/policy-rc.d.before-belfry")
ACTION_FORBIDDEN = 101
POLICY_TEXT = f"""#!/bin/sh
# Put here by Belfry's testbed while it installs packages.
exit {ACTION_FORBIDDEN}
"""
# `DPkg::Lock::Timeout` waits for dpkg's lock only; `apt-get update` gives up on the lists' at once.
LISTS_LOCK = Path("/var/lib/apt/lists/lock")
INSTALLING = Path("/run/lock/belfry-packages")
PATIENCE_SECONDS = 300
NO_MAIN_CLUSTER = Path("/etc/postgresql-common/createcluster.d/belfry-testbed.conf")
UNITS = {
    "slurmctld": "slurmctld.service",
    "slurmd": "slurmd.service",
    "slurmdbd": "slurmdbd.service",
    "munge": "munge.service",
    "mariadb-server": "mariadb.service",
    "postgresql": "postgresql.service",
    "openssh-server": "ssh.service",
    "slapd": "slapd.service",
    "clamav-daemon": "clamav-daemon.service",
    "clamav-freshclam": "clamav-freshclam.service",
}


def install_missing(packages: Sequence[str], log: Path) -> list[str]:
    """Install what is missing of these packages; returns what was."""
    if not missing_packages(packages):
        return []
    # Testbeds that are started side by side on a new machine miss the same packages.
    with INSTALLING.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _install(missing_packages(packages), log)


def _install(missing: list[str], log: Path) -> list[str]:
    if not missing:
        return []
    if shutil.which("apt-get") is None:
        raise MissingPackageError(
            f"Missing: {', '.join(missing)}, and this machine has no apt-get.",
            "Belfry's testbed runs on Debian 12; elsewhere install these programs by hand.",
        )
    with ExitStack() as precautions:
        precautions.enter_context(no_service_starts())
        if "postgresql" in missing:
            precautions.enter_context(no_main_postgres_cluster())
        wait_for_lock(LISTS_LOCK)
        apt_get(["update", "-q"], log)
        apt_get(["install", "-q", "-y", "--no-install-recommends", *missing], log)
    keep_disabled(missing)
    return missing


def missing_packages(packages: Sequence[str]) -> list[str]:
    """Those of the packages that dpkg does not hold installed."""
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    installed = {line.split()[0] for line in answer.stdout.splitlines() if " installed" in line}
    return [package for package in packages if package not in installed]


def apt_get(arguments: Sequence[str], log: Path) -> None:
    """Run apt-get without questions, waiting for another one to finish first."""
    environment = os.environ | {
        "DEBIAN_FRONTEND": "noninteractive",
        # Debian's needrestart would offer to restart services that are none of our business.
        "NEEDRESTART_SUSPEND": "1",
        "LC_ALL": "C.UTF-8",
    }
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments]
    with log.open("ab") as output:
        finished = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            timeout=1200,
            check=False,
        )
    if finished.returncode != 0:
        advice = "Read the log, mend apt (network, sources), and run `up` again."
        raise StepError(f"`{' '.join(command)}` failed.", log, advice)


def wait_for_lock(path: Path, seconds: float = PATIENCE_SECONDS) -> None:
    """Return when nobody holds a file's lock, or when it has taken too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and path.exists():
        with path.open("r+") as lock:
            try:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                time.sleep(0.5)
            else:
                return


@contextmanager
def no_service_starts() -> Iterator[None]:
    """While open, package scripts start, stop and restart no service."""
    restore_policy()
    if forbids_starts(POLICY):
        yield
        return
    if POLICY.exists():
        POLICY.rename(POLICY_SAVED)
    POLICY.write_text(POLICY_TEXT)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        restore_policy()


def forbids_starts(policy: Path) -> bool:
    """Whether the machine's own policy already refuses to start services."""
    if not os.access(policy, os.X_OK):
        return False
    asked = subprocess.run([policy, "munge", "start"], timeout=10, check=False)
    return asked.returncode == ACTION_FORBIDDEN


def restore_policy() -> None:
    """Take our policy away, also one that an interrupted run left behind."""
    if POLICY.exists() and POLICY.read_text(errors="replace") == POLICY_TEXT:
        POLICY.unlink()
    if POLICY_SAVED.exists() and not POLICY.exists():
        POLICY_SAVED.rename(POLICY)


@contextmanager
def no_main_postgres_cluster() -> Iterator[None]:
    """While open, installing PostgreSQL makes no data folder of the machine's own."""
    NO_MAIN_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    NO_MAIN_CLUSTER.write_text("create_main_cluster = false\n")
    try:
        yield
    finally:
        NO_MAIN_CLUSTER.unlink(missing_ok=True)


def keep_disabled(packages: Sequence[str]) -> None:
    """Under systemd, see that what was installed here does not start at the next boot."""
    units = [UNITS[package] for package in packages if package in UNITS]
    if units and Path("/run/systemd/system").is_dir():
        subprocess.run(
            ["systemctl", "disable", "--quiet", *units],
            timeout=60,
            check=False,
            capture_output=True,
        )
