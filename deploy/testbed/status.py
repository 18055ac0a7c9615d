"""What runs, where, since when."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.testbed.layout import Layout
from deploy.testbed.processes import Service, log_path, running
from deploy.testbed.records import ProcessRecord
from deploy.testbed.services import all_services
from deploy.testbed.settings import stored_settings

SECONDS_A_DAY = 86400


@dataclass(frozen=True)
class ServiceStatus:
    """One service as `status` shows it; no process id means that it does not run."""

    name: str
    pid: int | None
    port: int | None
    uptime_seconds: float | None
    log: str

    @property
    def is_running(self) -> bool:
        """Whether the recorded process is alive."""
        return self.pid is not None


def service_statuses(layout: Layout) -> list[ServiceStatus]:
    """Every service of the testbed in the order of their start; none before the first `up`."""
    settings = stored_settings(layout)
    if settings is None:
        return []
    return [status_of(layout, service) for service in all_services(layout, settings)]


def status_of(layout: Layout, service: Service) -> ServiceStatus:
    """How one service stands."""
    record = running(layout, service.name)
    return ServiceStatus(
        name=service.name,
        pid=record.pid if record else None,
        port=service.port,
        uptime_seconds=uptime_seconds(record) if record else None,
        log=str(log_path(layout, service.name)),
    )


def uptime_seconds(record: ProcessRecord) -> float:
    """How long a process has lived."""
    since_boot = float(Path("/proc/uptime").read_text().split()[0])
    started = record.started_ticks / os.sysconf("SC_CLK_TCK")
    return round(max(since_boot - started, 0.0), 1)


def readable_seconds(seconds: float) -> str:
    """A length of time for a person."""
    clock = time.gmtime(seconds)
    days = int(seconds) // SECONDS_A_DAY
    return (f"{days} d " if days else "") + time.strftime("%H:%M:%S", clock)
