"""Start a service, wait until it answers, and stop that very process again."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.testbed.errors import BusyPortError, StepError
from deploy.testbed.layout import Layout
from deploy.testbed.leftovers import MARK, has_processes, mark
from deploy.testbed.records import (
    ProcessRecord,
    is_unreaped,
    living_process,
    read_record,
    record_of,
    write_record,
)
from deploy.testbed.sockets import can_listen, owner_of

POLL_SECONDS = 0.05
WORKERS_LEAVE_SECONDS = 10


@dataclass(frozen=True)
class Service:
    """A process of the testbed: how it starts, when it is ready, how it is asked to stop."""

    name: str
    command: tuple[str, ...]
    user: str
    is_ready: Callable[[], bool]
    port: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    ready_seconds: float = 60
    stop_seconds: float = 20
    environment: Mapping[str, str] = field(default_factory=dict)
    # Its children are meant to outlive it, and a new process of it can start beside them.
    leaves_children: bool = False


def record_path(layout: Layout, name: str) -> Path:
    """Where the process of a service is recorded."""
    return layout.processes / f"{name}.json"


def log_path(layout: Layout, name: str) -> Path:
    """Where a service writes what happens to it."""
    return layout.logs / f"{name}.log"


def running(layout: Layout, name: str) -> ProcessRecord | None:
    """The process of a service, if it runs."""
    return living_process(record_path(layout, name))


def start(layout: Layout, service: Service) -> bool:
    """Start a service and return once it answers; False if it was running already."""
    if running(layout, service.name):
        wait_until_ready(layout, service)
        return False
    wait_for_predecessor(layout, service)
    require_free_port(service)
    account = pwd.getpwnam(service.user)
    with log_path(layout, service.name).open("ab") as log:
        child = subprocess.Popen(
            service.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=layout.state,
            env=service_environment(layout, service),
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            start_new_session=True,
        )
    record = record_of(child.pid)
    if record is not None:
        write_record(record_path(layout, service.name), record)
    # The process outlives this one on purpose: nobody will wait for it here.
    child.returncode = 0
    wait_until_ready(layout, service)
    return True


def wait_for_predecessor(layout: Layout, service: Service) -> None:
    """Return once nothing is left of a process of this service that was killed."""
    deadline = time.monotonic() + WORKERS_LEAVE_SECONDS
    while not service.leaves_children and time.monotonic() < deadline:
        if not has_processes(layout, service.name) and not is_dying(layout, service.name):
            return
        time.sleep(POLL_SECONDS)


def is_dying(layout: Layout, name: str) -> bool:
    """Whether the recorded process has ended, but its parent has not taken note."""
    recorded = read_record(record_path(layout, name))
    return recorded is not None and is_unreaped(recorded.pid)


def service_environment(layout: Layout, service: Service) -> dict[str, str]:
    """A short, fixed environment, so that a service starts alike whoever starts it."""
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        MARK: mark(layout, service.name),
        **service.environment,
    }


def require_free_port(service: Service) -> None:
    """Refuse to start on a port that somebody else has, with a word about who."""
    if service.port is None or can_listen(service.port):
        return
    raise BusyPortError(
        f"Port {service.port}, which {service.name} needs, is in use by {owner_of(service.port)}.",
        "Stop that process, or set BELFRY_PORT_BASE to the first of 100 free ports"
        " (and BELFRY_STATE to another folder, if another testbed is what runs there).",
    )


def wait_until_ready(layout: Layout, service: Service) -> None:
    """Return once the service answers; raise if it ends first or takes too long."""
    log = log_path(layout, service.name)
    deadline = time.monotonic() + service.ready_seconds
    while not service.is_ready():
        if running(layout, service.name) is None:
            advice = "Read the log; `testbed clean` and `testbed up` start from nothing."
            raise StepError(f"{service.name} ended instead of starting.", log, advice)
        if time.monotonic() > deadline:
            advice = "If the machine is only slow, run `testbed up` again: it goes on from here."
            seconds = f"{service.ready_seconds:.0f} s"
            raise StepError(f"{service.name} did not answer within {seconds}.", log, advice)
        time.sleep(POLL_SECONDS)


def stop(layout: Layout, service: Service, *, kill: bool = False) -> bool:
    """End the recorded process, politely unless told to kill; False if it was not running."""
    record = running(layout, service.name)
    if record is not None:
        if not kill:
            send(record, service.stop_signal)
            wait_until_gone(record, service.stop_seconds)
        send(record, signal.SIGKILL)
        wait_until_gone(record, 10)
    record_path(layout, service.name).unlink(missing_ok=True)
    return record is not None


def send(record: ProcessRecord, number: signal.Signals) -> None:
    """Signal the recorded process, and never another that has its number now."""
    if record_of(record.pid) == record:
        os.kill(record.pid, number)


def wait_until_gone(record: ProcessRecord, seconds: float) -> None:
    """Return when the process has ended or the time is over."""
    deadline = time.monotonic() + seconds
    while record_of(record.pid) == record and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
