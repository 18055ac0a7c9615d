"""What the pages of our own exporter say. Pure.

Whatever a page claims is only read here; whether it can be is judged by `checks`.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slurm_bridge.gpu import names
from slurm_bridge.gpu.faults import NodeFaultError
from slurm_bridge.gpu.ledger import MOST_COUNTERS, Key
from slurm_bridge.gpu.page_lines import Line, lines_of
from slurm_bridge.wire_gpu import MINUTES_A_PIECE, MOST_PIECES, SECONDS_A_MINUTE

# A counter's name on the page, and in the contract.
_FLOATS = {
    f"{names.OBSERVED}_total": "observed_seconds",
    f"{names.UTILISATION}_total": "utilisation_seconds",
    f"{names.IDLE}_total": "idle_seconds",
    f"{names.SM_ACTIVE}_total": "sm_active_seconds",
    f"{names.TENSOR_ACTIVE}_total": "tensor_active_seconds",
    f"{names.DRAM_ACTIVE}_total": "dram_active_seconds",
    f"{names.ENERGY}_total": "energy_joules",
}
_WHOLE = {
    f"{names.SAMPLES}_total": "samples",
    names.PEAK_MEMORY: "peak_memory_bytes",
    names.MEMORY_TOTAL: "memory_total_bytes",
    names.LAST_SAMPLE: "last_sample_at",
    names.SHARED: "shared",
}
_EXPORTER = f"{names.EXPORTER}_info"
_WANTED = frozenset({*_FLOATS, *_WHOLE, _EXPORTER, names.TIME})
_END = b"# EOF\n"

Values = dict[str, Any]
"""Fields of a counter of the contract, not checked."""


@dataclass
class NodePage:
    """What a node says of itself and of its jobs."""

    node: str | None = None
    """Its own name; None where its exporter does not tell it."""
    instance: str | None = None
    time: float | None = None
    counters: dict[Key, Values] = field(default_factory=dict)
    minutes: dict[Key, list[Values]] = field(default_factory=dict)


def read_metrics(page: bytes) -> NodePage:
    """The counters of a page; raises NodeFaultError where it is cut off or is none."""
    if not page.endswith(_END):
        raise NodeFaultError("cut_off", "the page has no end")
    found = NodePage()
    for line in lines_of(page, _WANTED):
        if line.name == _EXPORTER:
            found.node, found.instance = line.labels.get("node"), line.labels.get("instance")
        elif line.name == names.TIME:
            found.time = line.value
        else:
            values = found.counters.setdefault(_key(line), {"gpu_index": _index(line)})
            values[_FLOATS.get(line.name) or _WHOLE[line.name]] = _value(line)
    if found.node is None or found.instance is None:
        raise NodeFaultError("unreadable", "it does not say which exporter it is")
    if len(found.counters) > 2 * MOST_COUNTERS:
        raise NodeFaultError("too_large", f"{len(found.counters)} counters")
    return found


def _key(line: Line) -> Key:
    try:
        return int(line.labels["job"]), line.labels["gpu"], int(line.labels["since"])
    except (KeyError, ValueError) as error:
        raise NodeFaultError("unreadable", f"{line.name} names no counter") from error


def _index(line: Line) -> int | None:
    text = line.labels.get("index", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None  # noqa: PLR2004


def _value(line: Line) -> float | int | bool:
    if not math.isfinite(line.value):
        raise NodeFaultError("impossible", f"{line.name} is {line.value}")
    if line.name == names.SHARED:
        return line.value != 0
    return int(line.value) if line.name in _WHOLE else line.value


def read_minutes(page: bytes) -> dict[Key, list[Values]]:
    """The pieces of minutes of each counter; raises NodeFaultError where it is no such page."""
    try:
        series = json.loads(page)["series"]
        found: dict[Key, list[Values]] = {}
        for item in series:
            key = (int(item["job"]), str(item["gpu"]), int(item["since"]))
            found[key] = pieces(int(item["starts_at"]), item)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise NodeFaultError("unreadable", "its minutes cannot be read") from error
    return found


_SERIES = ("utilisation_percent", "memory_mib", "power_watts")


def pieces(starts_at: int, series: Mapping[str, Any]) -> list[Values]:
    """A long series in pieces as the contract wants them; the newest, if there are too many."""
    length = len(series[_SERIES[0]])
    cuts = range(0, length, MINUTES_A_PIECE)
    return [
        {"starts_at": starts_at + cut * SECONDS_A_MINUTE}
        | {name: tuple(series[name][cut : cut + MINUTES_A_PIECE]) for name in _SERIES}
        for cut in cuts
    ][-MOST_PIECES:]


def minutes_end(page: NodePage) -> int:
    """When the last minute of a page is over; 0 where it has none."""
    return max(
        (
            piece["starts_at"] + len(piece["utilisation_percent"]) * SECONDS_A_MINUTE
            for pieces in page.minutes.values()
            for piece in pieces
        ),
        default=0,
    )
