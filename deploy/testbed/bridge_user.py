"""The UNIX user as whom a testbed's bridges run: Slurm's administrator, and root by one rule."""

from __future__ import annotations

import hashlib
import pwd
import re
import subprocess
from pathlib import Path

from deploy.testbed.errors import StepError
from deploy.testbed.folders import owned_file
from deploy.testbed.layout import REPOSITORY, SITES, Layout, Site
from deploy.testbed.processes import log_path
from deploy.testbed.slurm import run_slurm

EXAMPLE = REPOSITORY / "deploy" / "sudoers" / "belfry-bridge"
EXAMPLE_USER = "belfry-bridge"
EXAMPLE_PROGRAM = "/usr/local/sbin/belfry-root"
SUDOERS = Path("/etc/sudoers.d")


def bridge_user(layout: Layout) -> str:
    """A name of this testbed's own."""
    return f"bridge-{hashlib.sha256(str(layout.state).encode()).hexdigest()[:8]}"


def make_bridge_user(layout: Layout, name: str, program: Path) -> None:
    """Make the user with all the rights that docs/install.md gives it."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        with layout.unix_users.open("a") as record:
            record.write(f"{name}\n")
        subprocess.run(
            ["useradd", "--no-create-home", "--shell=/usr/sbin/nologin", name],
            check=True,
            timeout=60,
            capture_output=True,
        )
    allow_root_program(layout, name, program)
    for site in SITES:
        make_administrator(layout, site, name)


def allow_root_program(layout: Layout, user: str, program: Path) -> None:
    """Write the sudo rule, if sudo understands it."""
    words = {EXAMPLE_USER: user, EXAMPLE_PROGRAM: str(program)}
    pattern = re.compile("|".join(map(re.escape, words)))
    text = pattern.sub(lambda found: words[found[0]], EXAMPLE.read_text())
    fresh = owned_file(layout.state / "sudoers", text, mode=0o440)
    checked = subprocess.run(
        ["/usr/sbin/visudo", "--check", "--file", fresh],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if checked.returncode != 0:
        message = f"visudo refuses {fresh}: {checked.stdout}{checked.stderr}"
        raise StepError(message, log_path(layout, "packages"), f"Correct {EXAMPLE}.")
    owned_file(SUDOERS / user, text, mode=0o440)


def make_administrator(layout: Layout, site: Site, user: str) -> None:
    """Let the user change a site's accounting and partitions, and submit nothing itself."""
    where = ("where", f"user={user}", f"cluster={site.name}")
    if not run_slurm(layout, site, "sacctmgr", "-nP", "show", "assoc", *where):
        words = ("account=root", f"cluster={site.name}", "adminlevel=Administrator")
        run_slurm(layout, site, "sacctmgr", "-i", "add", "user", user, *words, "maxsubmitjobs=0")


def remove_sudo_rule(user: str) -> None:
    """Take back what was written outside the testbed's folder."""
    (SUDOERS / user).unlink(missing_ok=True)
