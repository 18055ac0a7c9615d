"""Where files lie that were asked for: outside of all that is served, under names like keys."""

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings

_PART = ".part"


def path_of(file_name: str) -> Path:
    """Where a file lies, or will."""
    return folder() / file_name


def write_whole(file_name: str, write: Callable[[IO[bytes]], None]) -> int:
    """Write a file that is there whole or not at all; returns its size in bytes."""
    target = path_of(file_name)
    part = target.with_name(target.name + _PART)
    try:
        with part.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return size


def remove(file_name: str) -> None:
    """Take a file away, and what a killed worker left of it."""
    target = path_of(file_name)
    target.unlink(missing_ok=True)
    target.with_name(target.name + _PART).unlink(missing_ok=True)


def folder() -> Path:
    """The folder of the setting; in development one that only this user may read."""
    chosen = settings.EXPORT_FOLDER
    if chosen is not None:
        return Path(chosen)
    own = Path(tempfile.gettempdir()) / f"belfry-exports-{os.getuid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    if own.lstat().st_uid != os.getuid() or not stat.S_ISDIR(own.lstat().st_mode):
        raise PermissionError(f"{own} belongs to somebody else; set BELFRY_EXPORT_FOLDER")
    return own
