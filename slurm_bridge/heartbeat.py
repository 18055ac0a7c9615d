"""How the site is, told to the portal: nodes, GPUs, queue, and what doctor finds."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from slurm_bridge import __version__
from slurm_bridge.doctor import Doctor
from slurm_bridge.errors import TransientSlurmError
from slurm_bridge.slurm.live import ControllerFigures, NodeFigures
from slurm_bridge.wire import Finding, Heartbeat, HeartbeatAnswer

log = logging.getLogger(__name__)

MOST_CLOCK_DIFFERENCE_SECONDS = 60
LONGEST_NODE_LIST = 100_000


class Cluster(Protocol):
    """Whoever can count nodes and jobs."""

    def nodes(self) -> NodeFigures:
        """Count nodes and GPUs."""
        ...

    def gpu_types(self) -> dict[str, tuple[str, ...]]:
        """The types of GPU of each partition."""
        ...

    def controller(self) -> ControllerFigures:
        """Read slurmctld's own counters."""
        ...


class HeartbeatReceiver(Protocol):
    """The portal, as far as heartbeats are concerned."""

    def heartbeat(self, heartbeat: Heartbeat) -> HeartbeatAnswer:
        """Say how the site is."""
        ...


@dataclass
class Pulse:
    """Sends heartbeats; a Slurm that does not answer is told, not hidden."""

    cluster_name: str
    cluster: Cluster
    doctor: Doctor
    receiver: HeartbeatReceiver
    doctor_interval_seconds: float
    clock: Callable[[], float] = time.time
    _findings: tuple[Finding, ...] = ()
    _release: str = ""
    _gpu_types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _examined_at: float = field(default=float("-inf"))

    def beat(self) -> None:
        """Send one heartbeat and compare clocks."""
        nodes, controller = self._figures()
        if controller is None or self.clock() >= self._examined_at + self.doctor_interval_seconds:
            self._examine()
        sent_at = int(self.clock())
        answer = self.receiver.heartbeat(
            Heartbeat(
                sent_at=sent_at,
                bridge_version=__version__,
                slurm_release=self._release,
                cluster=self.cluster_name,
                nodes_total=nodes.nodes_total,
                nodes_available=nodes.nodes_available,
                gpus_total=nodes.gpus_total,
                gpus_allocated=nodes.gpus_allocated,
                jobs_running=controller.jobs_running if controller else 0,
                jobs_pending=controller.jobs_pending if controller else 0,
                nodes=nodes.names if len(nodes.names) <= LONGEST_NODE_LIST else "",
                gpu_types=self._gpu_types,
                findings=self._findings,
            )
        )
        self._compare_clocks(sent_at, answer.portal_time)

    def _figures(self) -> tuple[NodeFigures, ControllerFigures | None]:
        try:
            return self.cluster.nodes(), self.cluster.controller()
        except TransientSlurmError as error:
            log.warning("the site's figures are unknown: %s", error)
            return NodeFigures(), None

    def _examine(self) -> None:
        known = self._findings
        self._findings = self.doctor.findings()
        releases = (item.found for item in self._findings if item.check == "release")
        self._release = next(releases, self._release)
        with suppress(TransientSlurmError):
            self._gpu_types = self.cluster.gpu_types()
        self._examined_at = self.clock()
        for finding in self._findings:
            if finding.level != "ok" and finding not in known:
                log.warning("%s: %s. %s", finding.check, finding.found, finding.advice)

    def _compare_clocks(self, here: int, portal: int) -> None:
        if abs(here - portal) > MOST_CLOCK_DIFFERENCE_SECONDS:
            log.warning("this host's clock is %+d s off the portal's", here - portal)
