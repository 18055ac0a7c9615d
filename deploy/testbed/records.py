"""Which processes the testbed started: a record each, that no other process can fit.

A process id alone may belong to somebody else by now. With the time at which the process
started, and the boot in which it did, it names one process only.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

ENDED_STATES = "ZX"
# Where, after its state, the kernel says how many threads a process has.
THREADS_FIELD = 17


@dataclass(frozen=True)
class ProcessRecord:
    """One process that was started."""

    pid: int
    started_ticks: int
    boot_id: str


def record_of(pid: int) -> ProcessRecord | None:
    """What identifies a living process; none for a dead one or one that waits to be reaped."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    fields = stat_fields(pid)
    if not fields or has_ended(fields):
        return None
    return ProcessRecord(pid, int(fields[19]), boot_id())


def is_unreaped(pid: int) -> bool:
    """Whether a process has ended, but its parent has not taken note."""
    fields = stat_fields(pid)
    return bool(fields) and has_ended(fields)


def has_ended(fields: list[str]) -> bool:
    """Whether a process has ended with all of its threads, the last of which holds its ports."""
    return fields[0] in ENDED_STATES and int(fields[THREADS_FIELD]) <= 1


def stat_fields(pid: int) -> list[str]:
    """What the kernel says of a process, from its state on; nothing of one that is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    # The name, in brackets, may itself hold spaces and brackets; the fields follow the last one.
    return stat.rpartition(")")[2].split()


def boot_id() -> str:
    """A name for the time since the machine last started."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def write_record(path: Path, record: ProcessRecord) -> None:
    """Store a record, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(record)))
    fresh.replace(path)


def read_record(path: Path) -> ProcessRecord | None:
    """A stored record; none if there is none, or none that makes sense."""
    try:
        return ProcessRecord(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def living_process(path: Path) -> ProcessRecord | None:
    """The recorded process, if it is still that one and alive."""
    record = read_record(path)
    return record if record is not None and record_of(record.pid) == record else None
