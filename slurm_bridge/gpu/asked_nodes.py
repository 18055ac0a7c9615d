"""Which nodes are asked: those with GPU jobs, and those that had some since they last answered."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

# So long after a job has left a node it may have changed its figures there.
SETTLE_SECONDS = 180
# Exporters keep what was counted for a day; after that there is nothing left to ask for.
KEPT_SECONDS = 86_400


@dataclass
class AskedNodes:
    """Remembers in a small file, so that a restart of the bridge forgets no node."""

    path: Path
    read: Callable[[], Mapping[str, bool]]
    """Each node with GPUs, and whether a job holds any."""
    _busy_at: dict[str, float] | None = None
    _answered_at: dict[str, float] = field(default_factory=dict)

    def due(self, at: float) -> list[str]:
        """The nodes to ask now; at the very first time all that have GPUs."""
        now_busy = self.read()
        if self._busy_at is None:
            self._busy_at = self._load()
        known = self._busy_at
        is_first = not known and not self._answered_at
        for node, is_busy in now_busy.items():
            if is_busy or is_first:
                known[node] = at
        self._busy_at = {
            node: busy_at
            for node, busy_at in known.items()
            if node in now_busy and busy_at >= at - KEPT_SECONDS
        }
        self._save()
        return [node for node in sorted(self._busy_at) if self._is_due(node)]

    def answered(self, node: str, at: float) -> None:
        """Note that a node has told all that it had."""
        self._answered_at[node] = at

    def _is_due(self, node: str) -> bool:
        busy_at = (self._busy_at or {})[node]
        return self._answered_at.get(node, float("-inf")) < busy_at + SETTLE_SECONDS

    def _load(self) -> dict[str, float]:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            return {str(node): float(busy_at) for node, busy_at in content.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.warning("%s cannot be read (%s); all nodes with GPUs are asked", self.path, error)
            return {}

    def _save(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(self._busy_at), encoding="utf-8")
        fresh.replace(self.path)
