"""DCGM-exporters tell gauges only: what lies between two of its questions the bridge adds up."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slurm_bridge.gpu.belfry_page import NodePage, Values, pieces
from slurm_bridge.gpu.counters import Counter
from slurm_bridge.gpu.dcgm_page import read_dcgm
from slurm_bridge.gpu.ledger import Ledger
from slurm_bridge.gpu.minutes import SECONDS_A_MINUTE, MinuteSeries
from slurm_bridge.gpu.node_client import NodeClient
from slurm_bridge.gpu.scrape_config import GpuConfig
from slurm_bridge.gpu.store import Store

INTERVALS_TO_A_GAP = 3
NO_DATA = (None, None, None)


@dataclass
class _Node:
    ledger: Ledger
    store: Store


@dataclass
class DcgmExporters:
    """Keeps a ledger of each node, in files of the bridge's own."""

    config: GpuConfig
    client: NodeClient
    folder: Path
    monotonic: Callable[[], float] = time.monotonic
    _nodes: dict[str, _Node] = field(default_factory=dict)
    _heard_until: dict[str, int] = field(default_factory=dict)

    def page(self, node: str, at: float) -> NodePage:
        """All that was added up of a node until now; raises where it cannot be asked."""
        kept = self._nodes.get(node) or self._begin(node)
        answer = self.client.read(f"{self.config.address_of(node)}/metrics")
        read = read_dcgm(answer, self.monotonic())
        kept.ledger.take(read.samples, read.jobs, lambda _pids: {}, at)
        kept.ledger.forget(at)
        kept.store.save_counters(kept.ledger)
        kept.store.save_minutes(kept.ledger)
        first = self._heard_until.get(node, 0) // SECONDS_A_MINUTE
        return NodePage(
            counters={key: _values(item) for key, item in kept.ledger.counters.items()},
            minutes={
                key: found
                for key, item in kept.ledger.series.items()
                if (found := _pieces(item, first))
            },
        )

    def delivered(self, node: str, page_minutes_end: int, at: float) -> None:
        """Note that the portal has the minutes until then."""
        self._heard_until[node] = max(self._heard_until.get(node, 0), page_minutes_end)

    def _begin(self, node: str) -> _Node:
        folder = self.folder / node
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        gap = INTERVALS_TO_A_GAP * self.config.interval_seconds
        kept = _Node(Ledger(longest_gap_seconds=gap), Store(folder))
        kept.store.load(kept.ledger)
        self._nodes[node] = kept
        return kept


_ACTIVITIES = ("utilisation", "idle", "sm_active", "tensor_active", "dram_active")
_SAME = ("gpu_index", "last_sample_at", "samples", "observed_seconds", "energy_joules", "shared")
_MEMORY = ("peak_memory_bytes", "memory_total_bytes")


def _values(counter: Counter) -> Values:
    plain: dict[str, Any] = {name: getattr(counter, name) for name in (*_SAME, *_MEMORY)}
    for name in _ACTIVITIES:
        plain[f"{name}_seconds"] = getattr(counter, name).total
    plain["observed_seconds"] = float(counter.observed_seconds)
    return plain


def _pieces(series: MinuteSeries, first: int) -> list[Values]:
    known = sorted(number for number in series.minutes if number >= first)
    if not known:
        return []
    rows = [series.minutes.get(number, NO_DATA) for number in range(known[0], known[-1] + 1)]
    columns = {
        name: [row[place] for row in rows]
        for place, name in enumerate(("utilisation_percent", "memory_mib", "power_watts"))
    }
    return pieces(known[0] * SECONDS_A_MINUTE, columns)
