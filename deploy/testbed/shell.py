"""A login node of a site: a UNIX user for whom sbatch, squeue and sacct work."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from deploy.testbed.errors import UsageError
from deploy.testbed.layout import REPOSITORY, Layout, Site
from deploy.testbed.slurm import search_path, slurm_environment

LOGIN_PATH = ("/usr/local/bin", "/usr/bin", "/bin", f"{REPOSITORY}/.venv/bin")


def unix_account(user: str) -> pwd.struct_passwd:
    """The UNIX user of that name, or an error that says where they come from."""
    try:
        return pwd.getpwnam(user)
    except KeyError:
        raise UsageError(
            f"There is no UNIX user {user!r} on this machine.",
            "A site's bridge makes them when a project starts; or make one with `useradd -m`.",
        ) from None


def login_environment(layout: Layout, site: Site, user: str) -> dict[str, str]:
    """What a person finds in their environment after signing in at a site."""
    account = unix_account(user)
    return {
        "HOME": account.pw_dir,
        "USER": user,
        "LOGNAME": user,
        "SHELL": "/bin/bash",
        "PATH": search_path(layout, site, *LOGIN_PATH),
        "LANG": "C.UTF-8",
        "TERM": os.environ.get("TERM", "dumb"),
        "PS1": f"[{user}@{site.name}-login \\W]$ ",
        **slurm_environment(layout, site),
    }


def working_folder(user: str) -> str:
    """The user's home, or a folder in which everybody may write if there is none."""
    home = unix_account(user).pw_dir
    return home if Path(home).is_dir() else "/tmp"


def run_as(
    layout: Layout,
    site: Site,
    user: str,
    command: Sequence[str],
    *,
    text_input: str = "",
    timeout_seconds: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Run a command on a site's login node as a user; needs root. Exit codes are the caller's."""
    account = unix_account(user)
    return subprocess.run(
        list(command),
        input=text_input,
        capture_output=True,
        text=True,
        env=login_environment(layout, site, user),
        cwd=working_folder(user),
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=os.getgrouplist(user, account.pw_gid),
        timeout=timeout_seconds,
        check=False,
    )


def become(layout: Layout, site: Site, user: str, command: Sequence[str]) -> NoReturn:
    """Turn this process into a command, or a shell, of that user at that site."""
    account = unix_account(user)
    environment = login_environment(layout, site, user)
    os.chdir(working_folder(user))
    os.setgroups(os.getgrouplist(user, account.pw_gid))
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    arguments = list(command) or ["/bin/bash", "--noprofile", "--norc"]
    try:
        os.execvpe(arguments[0], arguments, environment)
    except OSError as error:
        message = f"{arguments[0]}: {error.strerror}"
        raise UsageError(message, "Give a command that exists.") from None
