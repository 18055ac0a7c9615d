#!/usr/bin/python3 -I
"""What sshd asks on login nodes: which keys open the account of this user, just now.

    AuthorizedKeysCommand /usr/local/sbin/belfry-authorized-keys %u

It reads a file of the site's bridge and asks nobody, so it answers at once, also while bridge and
portal are away. It stands alone, so that it can be installed as one file; see docs/people.md.
"""

import os
import pwd
import re
import stat
import sys
import time

FOLDER = "/var/lib/belfry-login"
KEYS_FOLDER = "keys"
FORMAT = "belfry-keys-1"
LARGEST_FILE = 1024 * 1024
FEWEST_UID = 1000
# What Debian and systemd keep for themselves above the numbers of people, nobody included.
SYSTEM_UIDS = range(60_000, 65_536)
USAGE = 2

_USERNAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_KEY = re.compile(r"[a-z0-9@.-]{1,60} [A-Za-z0-9+/]{1,8000}={0,2}")
_NUMBER = re.compile(r"[0-9]{1,15}")
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def valid_keys(folder: str, username: str, now: float) -> list[str]:
    """The keys that open this account now; none for whoever is not Belfry's."""
    uid = _uid_of(username)
    if uid is None:
        return []
    lines = _lines(folder, username)
    if not lines or lines[0] != f"{FORMAT}\t{uid}":
        return []  # Another person's number: the name means somebody else on this host.
    keys = (_valid_key(line, now) for line in lines[1:])
    return [key for key in keys if key]


def _uid_of(username: str) -> int | None:
    """The number by which this host knows a person; None for its own users, root among them."""
    if not _USERNAME.fullmatch(username):
        return None
    try:
        uid = pwd.getpwnam(username).pw_uid
    except KeyError:
        return None
    return None if uid < FEWEST_UID or uid in SYSTEM_UIDS else uid


def _lines(folder: str, username: str) -> list[str]:
    """What the bridge wrote; a file that others could have changed is not believed."""
    path = os.path.join(folder, KEYS_FOLDER, username)  # noqa: PTH118 - pathlib would load slowly
    try:
        trusted = {0, _owner_of(folder)}
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return []
    with open(file, encoding="ascii", errors="replace") as source:  # noqa: PTH123 - a descriptor
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE:
            return []
        if status.st_uid not in trusted or status.st_mode & _OTHERS_MAY_WRITE:
            return []
        return source.read(LARGEST_FILE).split("\n")


def _owner_of(folder: str) -> int:
    status = os.stat(folder)  # noqa: PTH116 - as above
    if status.st_mode & _OTHERS_MAY_WRITE:
        raise PermissionError(folder)
    return status.st_uid


def _valid_key(line: str, now: float) -> str:
    """The key of a line `EXPIRES_AT<tab>KEY`, where 0 is never; empty if it is none, or too old."""
    expires_at, _, key = line.partition("\t")
    if not _NUMBER.fullmatch(expires_at) or not _KEY.fullmatch(key):
        return ""
    return key if expires_at == "0" or now < int(expires_at) else ""


def main(arguments: list[str]) -> int:
    """Print the keys of one user, one a line."""
    folder = FOLDER
    if len(arguments) > 1 and arguments[0].startswith("--folder="):
        folder = arguments.pop(0).removeprefix("--folder=")
    if len(arguments) != 1:
        sys.stderr.write("usage: belfry-authorized-keys [--folder=FOLDER] USERNAME\n")
        return USAGE
    sys.stdout.writelines(f"{key}\n" for key in valid_keys(folder, arguments[0], time.time()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
