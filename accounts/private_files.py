"""Files of people: outside of all that a web server serves, under names that nobody can guess."""

import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

_PART = ".part"


def new_file_name() -> str:
    """A name that nobody can guess."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class PrivateFolder:
    """A folder that a setting names; in development one that only this user may read."""

    setting: str

    def path(self) -> Path:
        """The folder itself."""
        chosen: Path | None = getattr(settings, self.setting)
        if chosen is not None:
            return Path(chosen)
        own = Path(tempfile.gettempdir()) / f"belfry-{self.setting.lower()}-{os.getuid()}"
        own.mkdir(mode=0o700, exist_ok=True)
        if own.lstat().st_uid != os.getuid() or not stat.S_ISDIR(own.lstat().st_mode):
            raise PermissionError(f"{own} belongs to somebody else; set BELFRY_{self.setting}")
        return own

    def path_of(self, file_name: str) -> Path:
        """Where a file lies, or will."""
        return self.path() / file_name

    def write_whole(self, file_name: str, write: Callable[[IO[bytes]], None]) -> int:
        """Write a file that is there whole or not at all; returns its size in bytes."""
        target = self.path_of(file_name)
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

    def remove(self, file_name: str) -> None:
        """Take a file away, and what a killed process left of it."""
        target = self.path_of(file_name)
        target.unlink(missing_ok=True)
        target.with_name(target.name + _PART).unlink(missing_ok=True)

    def older_than(self, epoch_seconds: float) -> Iterator[str]:
        """The names of files that were written before this, unfinished ones among them."""
        for path in self.path().iterdir():
            if path.is_file() and path.lstat().st_mtime < epoch_seconds:
                yield path.name.removesuffix(_PART)
