"""Make the folder of the newest Slurm, whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.testbed.errors import MissingPackageError, NewestUnavailableError, StepError
from deploy.testbed.newest_folder import COMMANDS, PACKAGES, SUITE, NewestSlurm, newest_slurm
from deploy.testbed.newest_mirror import apt_settings, debian_mirror
from deploy.testbed.packages import ACTION_FORBIDDEN, install_missing
from deploy.testbed.progress import Progress

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Debian's releases are alike in how they are unpacked, so this one serves a suite that is newer
# than the program.
DEBOOTSTRAP_SCRIPT = Path("/usr/share/debootstrap/scripts/sid")
TOOLS = ("debootstrap", "debian-archive-keyring")
CLEAN_ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
    "DEBIAN_FRONTEND": "noninteractive",
}
PROXIES = ("http_proxy", "https_proxy", "no_proxy")


def make_newest_slurm(progress: Progress) -> NewestSlurm:
    """The newest Slurm that Debian testing offers, made if it is not there."""
    slurm = newest_slurm()
    with progress.step("newest slurm") as step, one_builder(slurm):
        if not slurm.complete.exists():
            build(slurm, progress)
        step.outcome = slurm.complete.read_text().strip()
    return slurm


@contextmanager
def one_builder(slurm: NewestSlurm) -> Iterator[None]:
    """While open, nobody else makes this folder."""
    with slurm.root.with_name(f"{slurm.root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(slurm: NewestSlurm, progress: Progress) -> None:
    """Make the folder under another name, and give it its own when it is whole."""
    log = build_log(slurm)
    log.unlink(missing_ok=True)
    half = NewestSlurm(slurm.root.with_name(f"{slurm.root.name}.new"))
    for old in (half.root, slurm.root):
        shutil.rmtree(old, ignore_errors=True)
    require_namespaces()
    with progress.step("debian testing"):
        bootstrap(half, log)
    with progress.step("slurm's packages"):
        install(half, log)
    write_commands(half, slurm.root)
    release = run_logged(half.inside("/usr/sbin/slurmctld", "-V"), log, "Slurm does not run.")
    half.complete.write_text(f"{release.split()[-1]}\n")
    half.root.rename(slurm.root)


def build_log(slurm: NewestSlurm) -> Path:
    """What the last attempt to make it said."""
    return slurm.root.with_name(f"{slurm.root.name}.log")


def require_namespaces() -> None:
    """Refuse where the kernel lets nobody see another /usr."""
    asked = ["/usr/bin/unshare", "--mount", "/bin/mount", "--bind", "/usr/local", "/usr/local"]
    if subprocess.run(asked, capture_output=True, timeout=30, check=False).returncode != 0:
        raise NewestUnavailableError(
            "The kernel allows no mount namespaces here.", "In a container, allow SYS_ADMIN."
        )


def bootstrap(slurm: NewestSlurm, log: Path) -> None:
    """Unpack a minimal Debian testing."""
    try:
        install_missing(TOOLS, log)
    except (MissingPackageError, StepError) as error:
        raise NewestUnavailableError(error.message, error.advice) from error
    run_logged(
        (
            "/usr/sbin/debootstrap",
            "--variant=minbase",
            "--include=ca-certificates",
            f"--keyring={KEYRING}",
            SUITE,
            str(slurm.root),
            debian_mirror(),
            str(DEBOOTSTRAP_SCRIPT),
        ),
        log,
        f"Debian {SUITE} could not be had.",
    )


def install(slurm: NewestSlurm, log: Path) -> None:
    """Install Slurm there, starting nothing."""
    policy = slurm.root / "usr" / "sbin" / "policy-rc.d"
    policy.write_text(f"#!/bin/sh\nexit {ACTION_FORBIDDEN}\n")
    policy.chmod(0o755)
    (slurm.root / "etc" / "apt" / "apt.conf.d" / "90belfry").write_text(apt_settings())
    for name in ("resolv.conf", "hosts", "ssl/certs/ca-certificates.crt"):
        if (found := Path("/etc") / name).exists():
            shutil.copy(found, slurm.root / "etc" / name)
    apt_get = ("/usr/sbin/chroot", str(slurm.root), "/usr/bin/apt-get", "-q")
    failed = f"Slurm of Debian {SUITE} could not be installed."
    run_logged((*apt_get, "update"), log, failed)
    run_logged((*apt_get, "install", "-y", "--no-install-recommends", *PACKAGES), log, failed)
    shutil.rmtree(slurm.root / "var" / "cache" / "apt", ignore_errors=True)


def write_commands(slurm: NewestSlurm, final: Path) -> None:
    """Make each of Slurm's commands one that anybody can run under the machine's own /usr."""
    slurm.commands.mkdir()
    libraries = [final / folder.relative_to(slurm.root) for folder in library_folders(slurm)]
    loader = final / slurm.loader.relative_to(slurm.root)
    for name in COMMANDS:
        script = slurm.commands / name
        path = ":".join(map(str, libraries))
        script.write_text(
            f'#!/bin/sh\nexec {loader} --library-path {path} {final}/usr/bin/{name} "$@"\n'
        )
        script.chmod(0o755)


def library_folders(slurm: NewestSlurm) -> tuple[Path, Path]:
    """Where Slurm's commands find everything that they load."""
    return slurm.libraries, slurm.plugins


def run_logged(
    command: Sequence[str],
    log: Path,
    failure: str,
    environment: Mapping[str, str] = CLEAN_ENVIRONMENT,
) -> str:
    """What a program printed; its failure means that the newest Slurm cannot be had."""
    proxies = {name: os.environ[name] for name in PROXIES if name in os.environ}
    with log.open("a") as output:
        finished = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            errors="replace",
            env={**environment, **proxies},
            timeout=1200,
            check=False,
        )
        output.write(finished.stdout)
    if finished.returncode != 0:
        raise NewestUnavailableError.from_log(failure, log)
    return finished.stdout
