"""A site's nodes as the bridge asks them, and a portal that takes what it brings."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from slurm_bridge.errors import TransientPortalError
from slurm_bridge.gpu.asked_nodes import AskedNodes
from slurm_bridge.gpu.belfry_exporters import BelfryExporters
from slurm_bridge.gpu.checks import Checks
from slurm_bridge.gpu.counters import Counter
from slurm_bridge.gpu.exposition import Health, exposition
from slurm_bridge.gpu.faults import NodeFaultError
from slurm_bridge.gpu.findings import Findings
from slurm_bridge.gpu.ledger import Ledger
from slurm_bridge.gpu.minutes_page import minutes_page
from slurm_bridge.gpu.owned_jobs import OwnedJobs
from slurm_bridge.gpu.push_usage import GpuPush
from slurm_bridge.gpu.scrape import Exporters, Scrape
from slurm_bridge.gpu.scrape_config import GpuConfig
from slurm_bridge.wire_accounting import JobRow
from slurm_bridge.wire_gpu import GpuBatch, GpuCounter, GpuUsageAnswer

NOW = 1_800_000_000


@dataclass
class Pages:
    """The pages that nodes serve, by address; a fault in place of one is raised."""

    pages: dict[str, bytes | NodeFaultError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def read(self, address: str) -> bytes:
        self.asked.append(address)
        path = address.partition("?")[0]
        page = self.pages.get(path, NodeFaultError("unreachable", "no route"))
        if isinstance(page, NodeFaultError):
            raise page
        return page


@dataclass
class Portal:
    """Keeps the newest of each counter, as the portal does."""

    counters: dict[tuple[int, str, str, int], GpuCounter] = field(default_factory=dict)
    batches: list[GpuBatch] = field(default_factory=list)
    is_away: bool = False

    def send_gpu_usage(self, batch: GpuBatch) -> GpuUsageAnswer:
        if self.is_away:
            raise TransientPortalError("the portal does not answer")
        batch = GpuBatch.model_validate_json(batch.model_dump_json())
        self.batches.append(batch)
        for item in batch.counters:
            self.counters[item.job_id, item.node, item.gpu, item.first_sample_at] = item
        return GpuUsageAnswer(stored=len(batch.counters), waiting=0)

    def findings(self) -> list[tuple[str, str, int]]:
        return [(f.node, f.kind, f.count) for batch in self.batches for f in batch.findings]


@dataclass
class Jobs:
    """slurmdbd, as far as it knows numbers: (account, nodes) of each job."""

    known: dict[int, tuple[str, str]]
    questions: int = 0

    def jobs_numbered(
        self, job_ids: Collection[int], accounts: Collection[str]
    ) -> Iterator[JobRow]:
        self.questions += 1
        for job_id in job_ids:
            account, nodes = self.known.get(job_id, ("", ""))
            if account in accounts:
                yield JobRow(
                    db_index=job_id,
                    job_id=job_id,
                    account=account,
                    username="ada",
                    partition="gpu",
                    state="RUNNING",
                    submitted_at=NOW,
                    nodes_used=nodes,
                )


@dataclass
class SiteUnderTest:
    """All of it, with a clock that stands."""

    folder: Path
    config: GpuConfig = field(default_factory=GpuConfig)
    busy: dict[str, bool] = field(default_factory=lambda: {"n1": True, "n2": True})
    jobs: Jobs = field(
        default_factory=lambda: Jobs({7: ("aif1", "n[1-2]"), 8: ("aif1", "n1"), 9: ("other", "n1")})
    )
    pages: Pages = field(default_factory=Pages)
    portal: Portal = field(default_factory=Portal)
    at: float = NOW
    exporters: Exporters | None = None

    def __post_init__(self) -> None:
        self.push = self.fresh()

    def fresh(self) -> GpuPush:
        """A bridge that has just been started."""
        findings = Findings()
        exporters = self.exporters or BelfryExporters(self.config, self.pages)  # type: ignore[arg-type]
        return GpuPush(
            nodes=AskedNodes(self.folder / "gpu-nodes.json", lambda: self.busy),
            scrape=Scrape(exporters, Checks(), OwnedJobs(self.jobs), findings, 4),
            findings=findings,
            exporters=exporters,
            receiver=self.portal,
            clock=lambda: self.at,
        )

    def run(self, seconds_later: float = 60) -> int:
        """Time goes by, and the bridge asks once."""
        self.at += seconds_later
        return self.push.run({"aif1"})

    def serve(
        self,
        node: str,
        *counters: Counter,
        instance: str = "first",
        name: str = "",
        late: float = 0,
    ) -> None:
        """Let a node's exporter say this."""
        health = Health(
            node=name or node,
            instance=instance,
            version="1",
            time=self.at + late,
            is_open=True,
            missing=0,
            failed_calls=0,
            gaps=0,
            round_seconds=0.01,
        )
        self.pages.pages[f"http://{node}:9417/metrics"] = exposition(health, (), counters)
        self.pages.pages.setdefault(f"http://{node}:9417/minutes", b'{"series":[]}')

    def serve_ledger(self, node: str, ledger: Ledger) -> None:
        """Let a node's exporter say what it has added up."""
        self.serve(node, *ledger.counters.values())
        self.pages.pages[f"http://{node}:9417/minutes"] = minutes_page(ledger.series, 0)


def counter(job_id: int = 7, seconds: float = 100, **values: object) -> Counter:
    """A counter of a GPU that was busy half of the time."""
    item = Counter(job_id, "GPU-a", 0, NOW - 1000, int(NOW - 1000 + seconds))
    item.samples = int(seconds / 10)
    item.observed_seconds = seconds
    for activity, share in ((item.utilisation, 0.5), (item.idle, 0.25)):
        activity.seconds, activity.known_seconds = share * seconds, seconds
    item.energy_joules = 300 * seconds
    item.peak_memory_bytes, item.memory_total_bytes = 5, 10
    for name, value in values.items():
        setattr(item, name, value)
    return item


def series(**minutes: object) -> bytes:
    """A page of minutes with one piece."""
    piece = {
        "job": 7,
        "gpu": "GPU-a",
        "since": NOW - 1000,
        "starts_at": NOW - 960,
        "utilisation_percent": [50, None],
        "memory_mib": [1, None],
        "power_watts": [300, None],
    }
    return json.dumps({"series": [piece | minutes]}).encode()
