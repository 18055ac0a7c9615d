"""A folder that everybody may enter and only the bridge may change; files appear in it whole."""

import os
import stat
import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from slurm_bridge.errors import FatalConfigError

ENTERABLE = 0o755
NOT_LISTABLE = 0o711
# As Linux stores access control lists (acl(5)).
_ACL_VERSION = 2
_ACL_OWNER, _ACL_USER, _ACL_GROUP, _ACL_MASK, _ACL_OTHERS = 0x01, 0x02, 0x04, 0x10, 0x20
_READ, _NOBODY = 4, 0xFFFF_FFFF
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class OpenFolder:
    """A folder by its descriptor, so that nobody can put another in its place meanwhile."""

    descriptor: int

    def write(self, name: str, text: str, *, mode: int, uid: int = -1, gid: int = -1) -> None:
        """Put a file in place of the one before; whoever reads has either of them whole."""
        temporary = f".{name}.{os.getpid()}"
        self._unlink_if_there(temporary)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        file = os.open(temporary, flags, 0o600, dir_fd=self.descriptor)
        with open(file, "w", encoding="utf-8") as output:  # noqa: PTH123 - a descriptor
            output.write(text)
            output.flush()
            _give(file, mode, uid, gid)
        os.rename(temporary, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)

    def names(self) -> set[str]:
        """Everything that lies there, whatever it is."""
        return set(os.listdir(self.descriptor))  # noqa: PTH208 - a descriptor

    def keep_only(self, names: Collection[str]) -> None:
        """Remove every other file, those of interrupted writes included."""
        for name in self.names() - set(names):
            self._unlink_if_there(name)

    def _unlink_if_there(self, name: str) -> None:
        try:
            os.unlink(name, dir_fd=self.descriptor)
        except FileNotFoundError:
            return


def _give(file: int, mode: int, uid: int, gid: int) -> None:
    """Let a user, or a group, read a file beside its owner; only root can make them its owner."""
    try:
        os.fchown(file, -1, gid)
    except PermissionError:
        raise FatalConfigError(
            f"login_dir must belong to group {gid}, with mode 2755: only so can a bridge that is"
            " not root let that group read its files"
        ) from None
    if os.geteuid() == 0:
        os.fchown(file, uid, -1)
    os.fchmod(file, mode)
    if os.geteuid() != 0 and uid != -1:
        _let_read(file, uid)


def _let_read(file: int, uid: int) -> None:
    """Add one reader by an access control list, as setfacl would."""
    entries = (
        (_ACL_OWNER, _READ, _NOBODY),
        (_ACL_USER, _READ, uid),
        (_ACL_GROUP, 0, _NOBODY),
        (_ACL_MASK, _READ, _NOBODY),
        (_ACL_OTHERS, 0, _NOBODY),
    )
    content = struct.pack("<I", _ACL_VERSION) + b"".join(struct.pack("<HHI", *e) for e in entries)
    try:
        os.setxattr(file, "system.posix_acl_access", content)
    except OSError as error:
        raise FatalConfigError(
            f"login_dir needs a file system with access control lists: {error.strerror}"
        ) from error


@contextmanager
def opened_folder(
    path: Path | str, *, inside: OpenFolder | None = None, mode: int = ENTERABLE
) -> Iterator[OpenFolder]:
    """The folder, made if it is missing; refused if anybody else could change it."""
    descriptor = _open(path, inside.descriptor if inside else None, mode)
    try:
        yield OpenFolder(descriptor)
    finally:
        os.close(descriptor)


def _open(path: Path | str, parent: int | None, mode: int) -> int:
    try:
        os.mkdir(path, mode, dir_fd=parent)
    except FileExistsError:
        pass
    except OSError as error:
        raise FatalConfigError(f"cannot make {path} for login nodes: {error.strerror}") from error
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
    except OSError as error:
        raise FatalConfigError(f"{path} for login nodes is no folder of its own") from error
    status = os.fstat(folder)
    if status.st_uid != os.geteuid() or status.st_mode & _OTHERS_MAY_WRITE:
        os.close(folder)
        raise FatalConfigError(
            f"{path} for login nodes could be changed by others: it must belong to the bridge's"
            " user, with mode 0755"
        )
    if status.st_mode & 0o777 != mode:  # A set-group-ID bit stays: it hands files to a group.
        os.fchmod(folder, mode | status.st_mode & stat.S_ISGID)
    return folder
