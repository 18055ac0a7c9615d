"""Bringing to the portal what GPUs did; whatever goes wrong here touches no accounting."""

import logging
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from slurm_bridge.gpu.asked_nodes import AskedNodes
from slurm_bridge.gpu.findings import Findings
from slurm_bridge.gpu.ledger import Key
from slurm_bridge.gpu.scrape import Exporters, Scrape
from slurm_bridge.wire_gpu import GpuBatch, GpuCounter, GpuUsageAnswer

log = logging.getLogger(__name__)

# With a day of minutes each, still a small message.
COUNTERS_A_BATCH = 200
# A portal that was restored from a backup learns again what it has forgotten.
WHOLE_EVERY_SECONDS = 3600

Told = tuple[str, Key]


class GpuReceiver(Protocol):
    """The portal, as far as GPUs are concerned."""

    def send_gpu_usage(self, batch: GpuBatch) -> GpuUsageAnswer:
        """Deliver counters."""
        ...


@dataclass
class GpuPush:
    """Asks the nodes that are due and sends what has changed; repeating it changes nothing."""

    nodes: AskedNodes
    scrape: Scrape
    findings: Findings
    exporters: Exporters
    receiver: GpuReceiver
    clock: Callable[[], float] = time.time
    _told: dict[Told, GpuCounter] = field(default_factory=dict)
    _whole_at: float = float("-inf")

    def run(self, accounts: Collection[str]) -> int:
        """Bring what is new of these accounts' jobs; how many counters that were."""
        at = self.clock()
        if at >= self._whole_at + WHOLE_EVERY_SECONDS:
            self._told, self._whole_at = {}, at
        self.findings.begin_round()
        done = self.scrape.run(self.nodes.due(at), accounts, at)
        news = [
            (node, key, counter)
            for node, key, counter in done.counters
            if counter.minutes or self._told.get((node, key)) != counter
        ]
        self._send(news, int(at))
        for node, minutes_until in done.answered.items():
            self.exporters.delivered(node, minutes_until, at)
            self.nodes.answered(node, at)
        self.scrape.forget(at)
        return len(news)

    def _send(self, news: list[tuple[str, Key, GpuCounter]], read_at: int) -> None:
        """Send all; at least one message goes, since counters may wait there for their jobs."""
        findings = self.findings.told()
        rest = iter(news)
        for batch in _batches(rest):
            counters = tuple(counter for _node, _key, counter in batch)
            answer = self.receiver.send_gpu_usage(
                GpuBatch(read_at=read_at, findings=findings, counters=counters)
            )
            self.findings.close(findings)
            findings = ()
            for node, key, counter in batch:
                self._told[node, key] = counter.model_copy(update={"minutes": ()})
            if answer.refused:
                reasons = "; ".join(item.reason for item in answer.refusals[:3])
                log.warning("the portal refuses %d counters of GPUs: %s", answer.refused, reasons)


def _batches(
    rest: Iterator[tuple[str, Key, GpuCounter]],
) -> Iterator[list[tuple[str, Key, GpuCounter]]]:
    yield list(islice(rest, COUNTERS_A_BATCH))
    while batch := list(islice(rest, COUNTERS_A_BATCH)):
        yield batch
