"""Folders that belong to the UNIX user who works in them."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path


def owned_folder(path: Path, user: str, mode: int = 0o755) -> Path:
    """Make a folder of that user with exactly these rights."""
    path.mkdir(parents=True, exist_ok=True)
    shutil.chown(path, user, group_of(user))
    path.chmod(mode)
    return path


def owned_file(path: Path, text: str, user: str = "root", mode: int = 0o644) -> Path:
    """Write a file of that user, never readable by others for a moment if it should not be."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    shutil.chown(fresh, user, group_of(user))
    fresh.chmod(mode)
    fresh.replace(path)
    return path


def group_of(user: str) -> int:
    """The main group of a UNIX user."""
    return pwd.getpwnam(user).pw_gid
