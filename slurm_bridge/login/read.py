"""Reading one's own ledger: a file of the bridge, and nothing that somebody else put there."""

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from slurm_bridge.login.ledger import Ledger, LedgerError, fields_of, ledger_from_json

DEFAULT_FOLDER = "/var/lib/belfry-login"
FOLDER_VARIABLE = "BELFRY_LOGIN_DIR"
LARGEST_FILE = 4 * 1024 * 1024
OLD_AFTER_SECONDS = 600
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


class NoLedgerError(LedgerError):
    """The bridge has written nothing here, or nothing for this person."""


@dataclass(frozen=True)
class Reading:
    """A ledger and when the bridge wrote it."""

    ledger: Ledger
    written_at: int

    @property
    def age_seconds(self) -> int:
        """How old the figures are; a clock that is behind makes them new, not younger than new."""
        return max(0, int(time.time()) - self.written_at)

    @property
    def is_old(self) -> bool:
        """Whether the bridge should have written again long ago."""
        return self.age_seconds > OLD_AFTER_SECONDS


def login_folder() -> Path:
    """Where this site's bridge writes."""
    return Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)


def own_reading(folder: Path | None = None) -> Reading:
    """What the caller may see; LedgerError says why there is nothing."""
    folder = folder or login_folder()
    as_of = fields_of(_text(folder, folder / "as_of.json"))
    written_at = as_of.get("written_at")
    if not isinstance(written_at, int) or isinstance(written_at, bool):
        raise LedgerError(f"{folder / 'as_of.json'} does not say when it was written")
    text = _text(folder, folder / "users" / f"{os.getuid()}.json")
    return Reading(ledger_from_json(text), written_at)


def own_text(part: str) -> str:
    """The caller's file in a part of the folder; LedgerError says why there is nothing."""
    folder = login_folder()
    return _text(folder, folder / part / f"{os.getuid()}.json")


def _text(folder: Path, path: Path) -> str:
    try:
        trusted = {0, os.getuid(), folder.stat().st_uid}
        # A device or pipe in its place must not make the command wait.
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise NoLedgerError(_nothing(folder, path)) from None
    except OSError as error:
        raise LedgerError(f"cannot read {path}: {error.strerror}") from error
    try:
        _check(path, os.fstat(file), trusted)
        with open(file, "rb", closefd=False) as source:
            content = source.read(LARGEST_FILE + 1)
    finally:
        os.close(file)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LedgerError(f"{path} is not text") from error


def _check(path: Path, status: os.stat_result, trusted: set[int]) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise LedgerError(f"{path} is no file")
    if status.st_uid not in trusted or status.st_mode & _OTHERS_MAY_WRITE:
        raise LedgerError(f"{path} was not written by Belfry: its owner or mode is wrong")
    if status.st_size > LARGEST_FILE:
        raise LedgerError(f"{path} is too large to be Belfry's")


def _nothing(folder: Path, path: Path) -> str:
    if path.parent == folder:
        return (
            f"there is no Belfry at this site, or {folder} is not what its bridge writes to;"
            f" an administrator can set {FOLDER_VARIABLE}"
        )
    return "you have no project at this site, or nobody has told it yet: look into the portal"
