"""Where the figures are kept: one JSON file, one key a benchmark."""

import json
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("results.json")


def stored(name: str) -> dict[str, Any]:
    """One benchmark's figures of the last time; none if it never ran."""
    results = json.loads(PATH.read_text()) if PATH.exists() else {}
    found: dict[str, Any] = results.get(name, {})
    return found


def store(name: str, figures: dict[str, Any]) -> None:
    """Replace one benchmark's figures and leave the others."""
    results = json.loads(PATH.read_text()) if PATH.exists() else {}
    results[name] = figures
    PATH.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -int(-share * len(ordered) // 1)
    return ordered[max(rank, 1) - 1]
