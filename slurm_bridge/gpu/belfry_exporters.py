"""Our own exporters: their counters as they are, and the minutes that the portal has not had."""

from collections import defaultdict
from dataclasses import dataclass, field

from slurm_bridge.gpu.belfry_page import NodePage, read_metrics, read_minutes
from slurm_bridge.gpu.node_client import NodeClient
from slurm_bridge.gpu.scrape_config import GpuConfig

# Counters end their minutes at different times; what comes twice changes nothing.
OVERLAP_SECONDS = 180


@dataclass
class BelfryExporters:
    """Remembers up to which minute each node was heard."""

    config: GpuConfig
    client: NodeClient
    _heard_until: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def page(self, node: str, at: float) -> NodePage:
        """All that a node has; raises NodeFaultError where it has nothing that can be read."""
        address = self.config.address_of(node)
        page = read_metrics(self.client.read(f"{address}/metrics"))
        since = max(0, self._heard_until[node] - OVERLAP_SECONDS)
        page.minutes = read_minutes(self.client.read(f"{address}/minutes?since={since}"))
        return page

    def delivered(self, node: str, page_minutes_end: int, at: float) -> None:
        """Note that the portal has the minutes until then; a clock ahead moves nothing."""
        self._heard_until[node] = max(self._heard_until[node], min(page_minutes_end, int(at)))
