"""What a site tells of its GPUs, as the action and the API take it in."""

from typing import Any

from allocations.actions.gpu_usage import record_gpu_usage
from allocations.models import GpuMinutes, RunningGpuMinutes, Site
from allocations.rules.gpu_minutes import unpack
from slurm_bridge.wire_gpu import GpuBatch, GpuCounter, GpuUsageAnswer, MinutePiece, NodeFinding
from tests.allocations.usage_world import BRIDGE, MIDNIGHT

BEGAN = MIDNIGHT - 3600
MINUTE = 60


def counter(job_id: int = 1001, seconds: int = 600, **changes: Any) -> GpuCounter:
    """A GPU that was watched since the run of `usage_world.row` began, half busy, half idle."""
    first = changes.get("first_sample_at", BEGAN)
    return GpuCounter.model_validate(
        {
            "job_id": job_id,
            "node": "zn01",
            "gpu": "GPU-0",
            "gpu_index": 0,
            "first_sample_at": first,
            "last_sample_at": first + seconds,
            "samples": max(seconds // 10, 1),
            "observed_seconds": float(seconds),
            "utilisation_seconds": seconds * 0.45,
            "idle_seconds": seconds * 0.5,
            "sm_active_seconds": None,
            "energy_joules": seconds * 300.0,
            "peak_memory_bytes": 2**30,
            "memory_total_bytes": 2**37,
        }
        | changes
    )


def piece(starts_at: int, *utilisation: int | None) -> MinutePiece:
    """Minutes with a memory and a power that follow from the utilisation."""
    return MinutePiece(
        starts_at=starts_at,
        utilisation_percent=utilisation,
        memory_mib=tuple(None if it is None else 70_000 + it for it in utilisation),
        power_watts=tuple(None if it is None else 100 + 6 * it for it in utilisation),
    )


def tell(
    site: Site, *counters: GpuCounter, read_at: int | None = None, **more: Any
) -> GpuUsageAnswer:
    """Take counters in, as one batch that was read when the last of them was."""
    latest = max([item.last_sample_at for item in counters], default=BEGAN)
    batch = GpuBatch(read_at=read_at or latest + 5, counters=counters, **more)
    return record_gpu_usage(site=site, batch=batch, actor=BRIDGE)


def minutes_from(at: int, many: int) -> list[int | None]:
    """The utilisation that is kept of the only GPU there is, minute by minute."""
    known: dict[int, int | None] = {}
    for table in (GpuMinutes, RunningGpuMinutes):
        for starts_at, packed in table.objects.values_list("starts_at", "packed"):
            start, block = int(starts_at.timestamp()), unpack(bytes(packed))
            for place, figure in enumerate(block.utilisation_percent):
                minute = start + place * MINUTE
                assert minute not in known, "a block is kept twice"
                known[minute] = figure
    return [known.get(at + place * MINUTE) for place in range(many)]


def finding(node: str = "zn01", **changes: Any) -> NodeFinding:
    """A node that did not answer."""
    return NodeFinding.model_validate(
        {"node": node, "kind": "unreachable", "seen_at": BEGAN} | changes
    )
