"""What was wrong with nodes' figures, counted until the portal has been told."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from slurm_bridge.gpu.faults import NodeFaultError
from slurm_bridge.wire_gpu import MOST_FINDINGS, FindingKind, NodeFinding

log = logging.getLogger(__name__)


@dataclass
class Findings:
    """One entry for each node and kind of fault."""

    _open: dict[tuple[str, FindingKind], NodeFinding] = field(default_factory=dict)
    _last_round: set[tuple[str, FindingKind]] = field(default_factory=set)
    _this_round: set[tuple[str, FindingKind]] = field(default_factory=set)

    def begin_round(self) -> None:
        """What is found from now on is compared with what was found before."""
        self._last_round, self._this_round = self._this_round, set()

    def note(self, node: str, fault: NodeFaultError, at: float) -> None:
        """Count a fault; it is logged when it is new, not each time that it is still there."""
        place = (node, fault.kind)
        if place not in self._last_round | self._this_round:
            log.warning("GPUs of %s: %s: %s", node, fault.kind, fault.detail)
        self._this_round.add(place)
        before = self._open.get(place)
        self._open[place] = NodeFinding(
            node=node,
            kind=fault.kind,
            seen_at=int(at),
            count=before.count + 1 if before else 1,
            detail=fault.detail,
        )

    def told(self) -> tuple[NodeFinding, ...]:
        """What the portal has not been told yet."""
        return tuple(self._open.values())[:MOST_FINDINGS]

    def close(self, findings: Iterable[NodeFinding]) -> None:
        """Note that the portal knows these; what was found meanwhile stays."""
        for finding in findings:
            if self._open.get((finding.node, finding.kind)) == finding:
                del self._open[finding.node, finding.kind]
