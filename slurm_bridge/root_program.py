#!/usr/bin/python3 -I
"""All that a site's bridge may have done as root: seven operations, each checked here.

    belfry-bridge ALL=(root) NOPASSWD: /usr/local/sbin/belfry-root

The bridge runs as a user of its own and may start this program by sudo, and nothing else. Whoever
starts it may have taken the bridge over, so no argument is believed. Who may be made, and for which
clusters, stands in a file that only root may write. Every operation becomes one program with a
fixed path and environment, or replaces one file; no shell is started. See docs/install.md.
"""

import contextlib
import grp
import json
import os
import pwd
import re
import resource
import signal
import stat
import sys
import syslog
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

CONFIG = "/etc/belfry/root.toml"
FOLDERS = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
REFUSED = 77
MISCONFIGURED = 78
LONGEST_SECONDS = 300
LARGEST_FILE = 4 * 1024 * 1024
FEWEST_NUMBER = 1000
MOST_NUMBER = 2_000_000_000
# What Debian and systemd keep for themselves above the numbers of people, nobody included.
SYSTEM_NUMBERS = range(60_000, 65_536)
# To these sudo, PAM, polkit or a daemon gives powers by name, on one system or another.
_POWERFUL = re.compile(
    "adm|admin|administrator|audio|backup|bin|daemon|disk|docker|games|halt|incus|input|kmem|kvm"
    "|libvirt|lp|lpadmin|lxd|mail|man|munge|mysql|netdev|news|nobody|nogroup|operator|plugdev"
    "|polkitd|postgres|proxy|render|root|shadow|shutdown|slurm|ssh|sshd|sssd|staff|sudo|sync|sys"
    "|tape|tty|ubuntu|users|utmp|uucp|video|wheel"
)
TRIED_JOB = "--gres=gpu:1 --time=1 --chdir=/ --output=/dev/null --export=NONE --wrap=true"

Key = TypeVar("Key")
Found = TypeVar("Found")

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_NUMBER = re.compile(r"[1-9][0-9]{3,9}")
_SLURM_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_PARTITION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


class RefusedError(Exception):
    """What is asked for may not be done."""


class MisconfiguredError(Exception):
    """The administrator's file cannot be used as it is."""


@dataclass(frozen=True)
class Cluster:
    """One Slurm cluster that a bridge of this host serves."""

    slurm_conf: str = ""
    slurm_bin: str = ""
    partitions_file: str = ""


@dataclass(frozen=True)
class Policy:
    """What the administrator of this host allows."""

    uids: range
    """Numbers of people that may be made; none where another directory makes them."""
    gids: range
    """Numbers of projects' groups that may be made and filled."""
    people: range
    """Who may be put into a project's group, and as whom a submission may be tried."""
    clusters: dict[str, Cluster]
    name_prefix: str = ""
    shell: str = "/bin/bash"
    home_base: str = "/home"


def main(arguments: Sequence[str], config: str = CONFIG) -> int:
    """Do one operation, or say on stderr why not; ends with that program's exit status, or 77."""
    syslog.openlog("belfry-root", 0, syslog.LOG_AUTHPRIV)
    try:
        return _operation(arguments)(read_policy(config), *arguments[1:])
    except RefusedError as error:
        return _complain(REFUSED, f"refused: {error}", arguments)
    except (MisconfiguredError, OSError) as error:
        return _complain(MISCONFIGURED, str(error), arguments)


def _operation(arguments: Sequence[str]) -> Callable[..., int]:
    if resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY:
        raise RefusedError("a limit of size would cut files off")
    name = arguments[0] if arguments else ""
    operation, count = OPERATIONS.get(name, (None, 0))
    if operation is None:
        raise RefusedError(f"an operation is one of {', '.join(OPERATIONS)}")
    if len(arguments) != count + 1:
        raise RefusedError(f"{name} takes {count} arguments")
    return operation


def _complain(status: int, reason: str, arguments: Sequence[str]) -> int:
    asked = ascii(" ".join(arguments))[:200]
    syslog.syslog(syslog.LOG_WARNING, f"{reason[:300]!a}; asked for {asked}")
    sys.stderr.write(f"belfry-root: {reason}\n".encode("ascii", "backslashreplace").decode())
    return status


def check(policy: Policy) -> int:
    """Do nothing, and say what would be done."""
    files = {name: item.partitions_file for name, item in policy.clusters.items()}
    answer = {"partitions_files": files, "makes_people": bool(policy.uids or policy.gids)}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def add_group(policy: Policy, name: str, number: str) -> int:
    """Make the group of a project."""
    gid = _number(number, policy.gids, "groups")
    return _make_group(_free_name(policy, name), gid)


def add_user_group(policy: Policy, name: str, number: str) -> int:
    """Make the private group of a person who does not exist yet."""
    gid = _number(number, policy.uids, "people")
    return _make_group(_free_name(policy, name), gid)


def add_user(policy: Policy, name: str, number: str) -> int:
    """Make a person, whose private group is there already."""
    uid = _number(number, policy.uids, "people")
    if _found(pwd.getpwuid, uid):
        raise RefusedError(f"number {uid} is somebody's already")
    if _gid_of(_free_name(policy, name)) != uid:
        raise RefusedError(f"there is no group {name} of number {uid}")
    return _become(
        "useradd",
        f"--uid={uid}",
        f"--gid={uid}",
        f"--shell={policy.shell}",
        f"--home-dir={policy.home_base}/{name}",
        "--create-home",
        "--password=*",  # None opens it; sshd takes "!" for a locked account, whatever the key.
        name,
    )


def set_members(policy: Policy, group: str, members: str) -> int:
    """Give a project's group exactly these members, separated by commas."""
    found = _found(grp.getgrnam, _plain(_NAME, group, "a group's name"))
    if not found or found.gr_gid not in policy.gids or _POWERFUL.fullmatch(group):
        raise RefusedError(f"{group} is not a project's group")
    for name in members.split(",") if members else ():
        _plain(_NAME, name, "a user's name")
        if name not in found.gr_mem:  # Who is in it may stay in it.
            _person(policy, name)
    return _become("gpasswd", "--members", members, group)


def test_submission(policy: Policy, name: str, user: str, account: str, partition: str) -> int:
    """Ask Slurm, as that person, whether it would take a small job; none is queued."""
    cluster = _cluster(policy, name)
    person = _person(policy, _plain(_NAME, user, "a user's name"))
    _plain(_SLURM_NAME, account, "an account's name")
    _plain(_PARTITION, partition, "a partition's name")
    os.initgroups(person.pw_name, person.pw_gid)
    os.setresgid(person.pw_gid, person.pw_gid, person.pw_gid)
    os.setresuid(person.pw_uid, person.pw_uid, person.pw_uid)
    words = ("--test-only", f"--account={account}", f"--partition={partition}", *TRIED_JOB.split())
    return _become("sbatch", *words, cluster=cluster)


def keep_partitions(policy: Policy, name: str) -> int:
    """Replace the file of partitions by stdin, if only Belfry's part of it differs."""
    path = _cluster(policy, name).partitions_file
    if not path:
        raise MisconfiguredError(f"partitions_file of {name} is not set")
    content = sys.stdin.buffer.read(LARGEST_FILE)
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:  # noqa: PTH123 - no link
        before = file.read().decode("utf-8", "surrogateescape")
    after = content.decode("utf-8", "surrogateescape")
    refusal = partitions_refusal(before, after)
    if refusal or len(content) == LARGEST_FILE:
        raise RefusedError(refusal or "the file would be too large")
    if after != before:
        replace_file(Path(path), after)
    return 0


OPERATIONS: dict[str, tuple[Callable[..., int], int]] = {
    "check": (check, 0),
    "add-group": (add_group, 2),
    "add-user-group": (add_user_group, 2),
    "add-user": (add_user, 2),
    "set-members": (set_members, 2),
    "test-submission": (test_submission, 4),
    "keep-partitions": (keep_partitions, 1),
}


# slurm.conf includes it, and slurm.conf names programs that run as root: so whatever is not one of
# these lines must be what the administrator wrote.
_OWN_LINE = re.compile(
    r"PartitionName=[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"
    r" Nodes=[A-Za-z0-9][A-Za-z0-9._,\[\]-]{0,3999}"
    r" AllowAccounts=[A-Za-z0-9_][A-Za-z0-9_.,-]*"
    r" DefaultTime=([0-9]{1,10}|UNLIMITED) MaxTime=([0-9]{1,10}|UNLIMITED)"
    r" MaxNodes=([0-9]{1,7}|UNLIMITED) PriorityTier=[0-9]{1,5} DefMemPerCPU=[0-9]{1,10}"
    r" State=(UP|DRAIN|DOWN) # belfry-[a-z0-9-]{1,48}"
)
_MARKED = re.compile(r"#\s*belfry-[a-z0-9-]{1,48}\s*\Z")
ACCESS = "AllowAccounts="
_ACCESS = re.compile(rf"(?i)\b{ACCESS}([^\s\\#]*)")
_ACCESS_LIST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.,-]*")


def partitions_refusal(before: str, after: str) -> str:
    """Why one text may not take the place of the other; empty if nothing speaks against it.

    Belfry's own lines, which end in its mark, may come, change and go. All others stay in their
    order, and change in their access lists only.
    """
    if after and not after.endswith("\n"):
        return "the last line has no end"
    old, new = _blocks(before), _blocks(after)
    own = [block for block in new if _MARKED.search(block)]
    for block in own:
        if block not in old and not _OWN_LINE.fullmatch(block):
            return f"this is no line of Belfry's: {block[:200]!a}"
    kept = [block for block in old if not _MARKED.search(block)]
    left = [block for block in new if not _MARKED.search(block)]
    old_rest, new_rest = ([_ACCESS.sub(ACCESS, item, 1) for item in part] for part in (kept, left))
    if old_rest != new_rest:
        return "a line of the administrator's would be lost, added or changed"
    for was, block in zip(kept, left, strict=True):
        lists = _ACCESS.findall(block)
        if block != was and not all(_ACCESS_LIST.fullmatch(found) for found in lists):
            return f"this is no list of accounts: {block[:200]!a}"
    return ""


def _blocks(text: str) -> list[str]:
    """The file's lines as Slurm takes them; those that a backslash joins are one."""
    blocks: list[str] = []
    is_open = False
    for line in text.removesuffix("\n").split("\n") if text else ():
        blocks[-1:] = [f"{blocks[-1]}\n{line}"] if is_open else [*blocks[-1:], line]
        is_open = line.endswith("\\")
    return blocks


def replace_file(path: Path, text: str) -> None:
    """Put a new file in the place of the old one, with its owner and mode; never half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            status = path.stat()
            os.fchmod(file.fileno(), status.st_mode & 0o777)
            if os.geteuid() == 0:
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # The new name outlasts a power cut, too.
    finally:
        os.close(folder)


def _plain(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise RefusedError(f"{text[:80]!a} is not {what}")
    return text


def _number(text: str, allowed: range, whose: str) -> int:
    number = int(_plain(_NUMBER, text, "a number"))
    if number not in allowed or number in SYSTEM_NUMBERS:
        raise RefusedError(f"{number} is not a number of {whose} here")
    return number


def _free_name(policy: Policy, name: str) -> str:
    """A name that nothing on this host gives a meaning to."""
    _plain(_NAME, name, "a name")
    if not name.startswith(policy.name_prefix) or _POWERFUL.fullmatch(name):
        raise RefusedError(f"{name} is not a name of Belfry's people or projects here")
    if _found(pwd.getpwnam, name):
        raise RefusedError(f"user {name} exists")
    return name


def _make_group(name: str, gid: int) -> int:
    if _gid_of(name) == gid:
        return 0
    if _gid_of(name) is not None or _found(grp.getgrgid, gid) is not None:
        raise RefusedError(f"group {name}, or number {gid}, is there already")
    return _become("groupadd", f"--gid={gid}", name)


def _person(policy: Policy, name: str) -> pwd.struct_passwd:
    """Somebody who is neither root nor the system."""
    person = _found(pwd.getpwnam, name)
    numbers = (person.pw_uid, person.pw_gid) if person else (0, 0)
    is_people = numbers[0] in policy.people and not {0, *SYSTEM_NUMBERS} & set(numbers)
    if person is None or not is_people or _POWERFUL.fullmatch(name):
        raise RefusedError(f"{name} is not one of Belfry's people on this host")
    return person


def _cluster(policy: Policy, name: str) -> Cluster:
    cluster = policy.clusters.get(_plain(_SLURM_NAME, name, "a cluster's name"))
    if cluster is None:
        raise RefusedError(f"{name} is not a cluster of this host's bridge")
    return cluster


def _found(lookup: Callable[[Key], Found], key: Key) -> Found | None:
    """What this host knows by that name or number."""
    with contextlib.suppress(KeyError):
        return lookup(key)
    return None


def _gid_of(group: str) -> int | None:
    found = _found(grp.getgrnam, group)
    return found.gr_gid if found else None


def _become(program: str, *words: str, cluster: Cluster | None = None) -> int:
    """Turn this process into a program of the system's, or of the cluster's Slurm."""
    first = [cluster.slurm_bin] if cluster and cluster.slurm_bin else []
    folders = [*first, *FOLDERS]
    paths = (f"{folder}/{program}" for folder in folders)
    path = next((path for path in paths if os.access(path, os.X_OK)), "")
    if not path:
        raise MisconfiguredError(f"there is no {program} on this host")
    environment = {"PATH": ":".join(folders), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    if cluster and cluster.slurm_conf:
        environment["SLURM_CONF"] = cluster.slurm_conf
    os.chdir("/")
    os.umask(0o022)
    os.closerange(3, 1024)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LONGEST_SECONDS)  # It outlasts the change, since whoever asked cannot end root's.
    os.execve(path, [program, *words], environment)  # noqa: S606 - that is the point


def read_policy(config: str) -> Policy:
    """What the file says; one that others could have written is not believed."""
    path = Path(config)
    for part in (path, path.parent):
        status = part.lstat()
        if status.st_uid != 0 or stat.S_ISLNK(status.st_mode) or status.st_mode & 0o022:
            raise MisconfiguredError(f"{part} must be root's own, and writable by nobody else")
    try:
        return _policy(tomllib.loads(path.read_text(encoding="utf-8")))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MisconfiguredError(f"{path}: {type(error).__name__}: {error}") from error


def _policy(values: dict[str, Any]) -> Policy:
    tables = values.pop("clusters", {})
    uids, gids = (_range(*values.pop(key, ())) for key in ("uids", "gids"))
    people = _range(*values.pop("people")) if "people" in values or not uids else uids
    for table in (values, *tables.values()):
        if not all(isinstance(value, str) for value in table.values()):
            raise TypeError(f"all but the numbers is text: {table}")
    clusters = {name: Cluster(**table) for name, table in tables.items()}
    if bool(uids) != bool(gids) or (uids.start < gids.stop and gids.start < uids.stop):
        raise ValueError("uids and gids overlap, or one lacks: each person has a group of theirs")
    return Policy(uids, gids, people, clusters, **values)


def _range(first: int = FEWEST_NUMBER, last: int = FEWEST_NUMBER - 1) -> range:
    if not FEWEST_NUMBER <= first <= last + 1 <= MOST_NUMBER + 1:
        raise ValueError(f"numbers lie between {FEWEST_NUMBER} and {MOST_NUMBER}")
    return range(first, last + 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
