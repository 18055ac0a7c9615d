"""The minutes of all counters since a moment, as compact JSON."""

import json
from collections.abc import Mapping
from typing import Any

from slurm_bridge.gpu.ledger import Key
from slurm_bridge.gpu.minutes import SECONDS_A_MINUTE, Minute, MinuteSeries

# What one answer holds at most: a day of 100 GPUs. Of more the oldest counters are left out.
MOST_MINUTES = 150_000
NO_DATA: Minute = (None, None, None)


def minutes_page(series: Mapping[Key, MinuteSeries], since: int) -> bytes:
    """Three arrays for each counter, from its first minute on that ends after `since`."""
    left, pieces = MOST_MINUTES, []
    first = since // SECONDS_A_MINUTE
    newest_first = sorted(series.items(), key=lambda pair: pair[0][2], reverse=True)
    for (job_id, gpu, began), item in newest_first:
        known = sorted(number for number in item.minutes if number >= first)[:left]
        if known:
            left -= known[-1] - known[0] + 1
            pieces.append(_piece(job_id, gpu, began, item.minutes, range(known[0], known[-1] + 1)))
        if left <= 0:
            break
    return json.dumps({"series": pieces}, separators=(",", ":")).encode("ascii")


def _piece(
    job_id: int, gpu: str, began: int, minutes: Mapping[int, Minute], numbers: range
) -> dict[str, Any]:
    rows = [minutes.get(number, NO_DATA) for number in numbers]
    return {
        "job": job_id,
        "gpu": gpu,
        "since": began,
        "starts_at": numbers.start * SECONDS_A_MINUTE,
        "utilisation_percent": [row[0] for row in rows],
        "memory_mib": [row[1] for row in rows],
        "power_watts": [row[2] for row in rows],
    }
