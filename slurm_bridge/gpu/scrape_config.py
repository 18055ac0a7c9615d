"""How a site's bridge finds its nodes' exporters; the section [gpu] of its configuration."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from slurm_bridge.wire_gpu import NodeName


class GpuConfig(BaseModel):
    """Where exporters are, and how much of them is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Literal["belfry", "dcgm"] = "belfry"
    """Which exporter the nodes have: `slurm-bridge gpu-exporter`, or NVIDIA's DCGM-exporter."""
    address: str = "http://{node}:9417"
    addresses: dict[NodeName, str] = Field(default_factory=dict)
    """Of nodes whose exporter is elsewhere."""
    interval_seconds: float = Field(default=60, ge=1)
    timeout_seconds: float = Field(default=5, gt=0)
    """For a whole answer, not for each piece of it."""
    simultaneous: int = Field(default=16, ge=1, le=256)
    largest_answer_mb: float = Field(default=8, gt=0, le=256)

    @model_validator(mode="after")
    def _addresses_are_such(self) -> "GpuConfig":
        for address in (self.address.replace("{node}", "node"), *self.addresses.values()):
            parts = urlsplit(address)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
                raise ValueError("must be an address such as http://{node}:9417")
        if "{node}" not in self.address:
            raise ValueError("must hold {node}, since each node has its own exporter")
        return self

    def address_of(self, node: str) -> str:
        """Where a node's exporter answers."""
        address = self.addresses.get(node) or self.address.replace("{node}", node)
        return address.rstrip("/")

    @property
    def largest_answer_bytes(self) -> int:
        """The same in bytes."""
        return int(self.largest_answer_mb * 2**20)
