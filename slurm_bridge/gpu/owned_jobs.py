"""Which jobs are of the portal's projects, and on which nodes they ran, as slurmdbd has it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from slurm_bridge.node_lists import NodeListError, nodes_of_cluster
from slurm_bridge.wire_accounting import JobRow, UnreadRow

# A job that slurmdbd does not have yet is asked for again; one of others' accounts not so soon.
FRESH_SECONDS = 600
AGAIN_SECONDS = 3600
MOST_A_QUESTION = 2_000
KEPT_SECONDS = 2 * 86_400


class NumberedJobs(Protocol):
    """Where jobs come from."""

    def jobs_numbered(
        self, job_ids: Collection[int], accounts: Collection[str]
    ) -> Iterator[JobRow | UnreadRow]:
        """Every run in these accounts of jobs with these numbers."""
        ...


@dataclass
class _Known:
    first_asked_at: float
    asked_at: float
    nodes: frozenset[str] | None = None
    """Where it ran, in all its runs; None for one that is not the portal's, or not known yet."""


@dataclass
class OwnedJobs:
    """Asks once for each job, and again for those that were not there."""

    source: NumberedJobs
    _known: dict[int, _Known] = field(default_factory=dict)

    def nodes(
        self, job_ids: Collection[int], accounts: Collection[str], at: float
    ) -> dict[int, frozenset[str]]:
        """Of these jobs the portal's own, with the nodes on which they ran."""
        self._ask([job_id for job_id in job_ids if self._is_due(job_id, at)], accounts, at)
        found = {job_id: self._known[job_id].nodes for job_id in job_ids if job_id in self._known}
        return {job_id: nodes for job_id, nodes in found.items() if nodes is not None}

    def ask_again(self, job_id: int) -> None:
        """Forget a job, which may have been requeued onto other nodes since."""
        self._known.pop(job_id, None)

    def forget(self, at: float) -> None:
        """Drop jobs that no node tells any more."""
        self._known = {
            job_id: known
            for job_id, known in self._known.items()
            if known.first_asked_at > at - KEPT_SECONDS
        }

    def _is_due(self, job_id: int, at: float) -> bool:
        known = self._known.get(job_id)
        if known is None:
            return True
        if known.nodes is not None:
            return False
        return at < known.first_asked_at + FRESH_SECONDS or at > known.asked_at + AGAIN_SECONDS

    def _ask(self, job_ids: list[int], accounts: Collection[str], at: float) -> None:
        for start in range(0, len(job_ids), MOST_A_QUESTION):
            asked = job_ids[start : start + MOST_A_QUESTION]
            found: dict[int, set[str]] = {}
            for row in self.source.jobs_numbered(asked, accounts) if accounts else ():
                if isinstance(row, JobRow):
                    found.setdefault(row.job_id, set()).update(_nodes(row))
            for job_id in asked:
                known = self._known.setdefault(job_id, _Known(at, at))
                known.asked_at = at
                known.nodes = frozenset(found[job_id]) if job_id in found else None


def _nodes(row: JobRow) -> frozenset[str]:
    try:
        return nodes_of_cluster(row.nodes_used)
    except NodeListError:
        return frozenset()
