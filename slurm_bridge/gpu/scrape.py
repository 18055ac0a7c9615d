"""One round: ask every node that is due, and sort what they say from what cannot be."""

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from slurm_bridge.gpu.belfry_page import NodePage, minutes_end
from slurm_bridge.gpu.checks import Checks
from slurm_bridge.gpu.faults import NodeFaultError
from slurm_bridge.gpu.findings import Findings
from slurm_bridge.gpu.ledger import Key
from slurm_bridge.gpu.owned_jobs import OwnedJobs
from slurm_bridge.wire_gpu import GpuCounter


class Exporters(Protocol):
    """Whoever can ask a node what its GPUs did."""

    def page(self, node: str, at: float) -> NodePage:
        """All that a node has; raises NodeFaultError where it has nothing that can be read."""
        ...

    def delivered(self, node: str, page_minutes_end: int, at: float) -> None:
        """Note that the portal has a node's minutes until then."""
        ...


@dataclass
class Round:
    """What came of asking once."""

    counters: list[tuple[str, Key, GpuCounter]] = field(default_factory=list)
    answered: dict[str, int] = field(default_factory=dict)
    """Each node that did, with the end of the last minute that it told."""


@dataclass
class Scrape:
    """Asks many nodes at a time; one that is slow or lies costs nobody else's figures."""

    exporters: Exporters
    checks: Checks
    jobs: OwnedJobs
    findings: Findings
    simultaneous: int

    def run(self, nodes: Iterable[str], accounts: Collection[str], at: float) -> Round:
        """Every counter of the portal's jobs that can be true."""
        pages = self._pages(nodes, at)
        told = {key[0] for page in pages.values() for key in page.counters}
        owned = self.jobs.nodes(told, accounts, at)
        done = Round(answered={node: minutes_end(page) for node, page in pages.items()})
        for node, page in pages.items():
            for key in page.counters:
                ran_on = owned.get(key[0])
                if ran_on is not None:
                    self._judge(node, key, page, ran_on, at, done)
        return done

    def forget(self, at: float) -> None:
        """Drop what no node tells any more."""
        self.checks.forget(int(at))
        self.jobs.forget(at)

    def _pages(self, nodes: Iterable[str], at: float) -> dict[str, NodePage]:
        nodes = list(nodes)
        pages = {}
        with ThreadPoolExecutor(max_workers=self.simultaneous) as pool:
            for node, page in zip(nodes, pool.map(lambda n: self._page(n, at), nodes), strict=True):
                if isinstance(page, NodePage):
                    pages[node] = page
                else:
                    self.findings.note(node, page, at)
        return pages

    def _page(self, node: str, at: float) -> NodePage | NodeFaultError:
        try:
            page = self.exporters.page(node, at)
            self.checks.page(node, page, int(at))
        except NodeFaultError as fault:
            return fault
        return page

    def _judge(
        self,
        node: str,
        key: Key,
        page: NodePage,
        ran_on: frozenset[str],
        at: float,
        done: Round,
    ) -> None:
        try:
            self._refuse_elsewhere(node, key[0], ran_on)
            values = page.counters[key] | {"minutes": tuple(page.minutes.get(key, ()))}
            counter = self.checks.counter(node, key, values, int(at))
        except NodeFaultError as fault:
            self.findings.note(node, fault, at)
            return
        self.checks.accept(node, key, counter, int(at))
        done.counters.append((node, key, counter))

    def _refuse_elsewhere(self, node: str, job_id: int, ran_on: frozenset[str]) -> None:
        """Raise where a job never ran on a node; if slurmdbd has no nodes of it, nobody knows."""
        if ran_on and node not in ran_on:
            self.jobs.ask_again(job_id)
            raise NodeFaultError("wrong_node", f"job {job_id} never ran there")
