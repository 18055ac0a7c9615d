"""Processes that outlive the service which started them.

slurmstepd leaves slurmd on purpose, so that jobs survive its restart; a database that is killed
leaves its workers for a moment. They are told for certain by a variable that every process of
a service inherits.
"""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from deploy.testbed.layout import Layout

MARK = "BELFRY_TESTBED_SERVICE"


def mark(layout: Layout, name: str) -> str:
    """The value of MARK in the processes of one service of one testbed."""
    return f"{layout.state}:{name}"


def has_processes(layout: Layout, name: str) -> bool:
    """Whether any process of this service is still there, or a child of one."""
    wanted = f"{MARK}={mark(layout, name)}".encode()
    return any(wanted in environment_of(pid) for pid in all_pids())


def end_leftovers(layout: Layout) -> int:
    """Kill every process that carries this testbed's mark, with its children; returns how many."""
    prefix = f"{MARK}={mark(layout, '')}".encode()
    children = children_by_parent()
    doomed: set[int] = set()
    for pid in all_pids():
        if any(variable.startswith(prefix) for variable in environment_of(pid)):
            doomed |= descendants(pid, children)
    doomed -= {os.getpid(), os.getppid()}
    for pid in doomed:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(doomed)


def all_pids() -> list[int]:
    """Every process of the machine."""
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]


def environment_of(pid: int) -> list[bytes]:
    """The environment that a process was started with; nothing of one that is gone."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def children_by_parent() -> dict[int, list[int]]:
    """The family tree of all processes."""
    children: dict[int, list[int]] = defaultdict(list)
    for pid in all_pids():
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            children[int(fields[1])].append(pid)
    return children


def descendants(pid: int, children: dict[int, list[int]]) -> set[int]:
    """A process and everything below it."""
    family = {pid}
    for child in children.get(pid, []):
        family |= descendants(child, children)
    return family
