"""Which counter of a GPU is taken, which run it belongs to, and on which days it counts. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from slurm_bridge.node_lists import NodeListError, nodes_of_cluster
from slurm_bridge.wire_gpu import SECONDS_A_MINUTE, SLACK_SECONDS, FindingKind, GpuCounter

# A node's clock may be somewhat ahead of the management host's.
NODE_AHEAD_SECONDS = 600
# Nothing runs for longer; an older time is a clock that was never set.
OLDEST_SECONDS = 400 * 86_400
# Slurm writes the end of a job when its epilog is over, the exporter when it looks again.
EDGE = timedelta(minutes=10)
# Figures are sums of many numbers; the last digits are nobody's fault.
ROUNDING = 1e-3

GROWING = (
    "samples",
    "observed_seconds",
    "utilisation_seconds",
    "idle_seconds",
    "sm_active_seconds",
    "energy_joules",
)
"""What a counter can only add to."""


@dataclass(frozen=True)
class Refusal:
    """Why a counter is not taken."""

    kind: FindingKind
    reason: str


@dataclass(frozen=True)
class Run:
    """A run as far as GPUs find it by it."""

    db_index: int
    submitted_at: datetime
    project_id: int
    username: str
    started_at: datetime
    ended_at: datetime | None
    nodes_used: str


@dataclass(frozen=True)
class Told:
    """What a counter said last; None is no data."""

    last_sample_at: int
    samples: int
    observed_seconds: float
    utilisation_seconds: float | None
    idle_seconds: float | None
    sm_active_seconds: float | None
    energy_joules: float | None


@dataclass(frozen=True)
class Span:
    """From when to when another counter watched the same GPU for the same job."""

    first: int
    last: int


def why_impossible(counter: GpuCounter, *, read_at: int) -> Refusal | None:
    """What is wrong with its times, if anything is."""
    latest = read_at + NODE_AHEAD_SECONDS
    if counter.last_sample_at > latest or any(item.ends_at > latest for item in counter.minutes):
        return Refusal("wrong_clock", "It speaks of times that are yet to come.")
    if counter.first_sample_at < read_at - OLDEST_SECONDS:
        return Refusal("wrong_clock", "It is older than any job can be.")
    since = counter.first_sample_at - SECONDS_A_MINUTE
    until = counter.last_sample_at + SECONDS_A_MINUTE
    if any(item.starts_at < since or item.ends_at > until for item in counter.minutes):
        return Refusal("impossible", "It has minutes in which it did not watch.")
    return None


def why_not_after(counter: GpuCounter, known: Told) -> Refusal | None:
    """Why a counter cannot follow the one that is known by the same key, if it cannot."""
    for name in GROWING:
        before, after = getattr(known, name), getattr(counter, name)
        if before is not None and (after is None or after < before - ROUNDING):
            return Refusal("went_back", f"{name} went from {before:g} to {after or 0:g}.")
    passed = counter.last_sample_at - known.last_sample_at
    if counter.observed_seconds - known.observed_seconds > passed + SLACK_SECONDS:
        return Refusal("impossible", "It watched for longer than time has passed.")
    return None


def why_second(counter: GpuCounter, others: Iterable[Span]) -> Refusal | None:
    """Why a counter may count what another one counts already, if it may."""
    for other in others:
        shared = min(counter.last_sample_at, other.last) - max(counter.first_sample_at, other.first)
        if shared > SECONDS_A_MINUTE:
            return Refusal("two_exporters", "Two exporters watch this GPU for this job.")
    return None


def run_at(first_sample_at: datetime, runs: Iterable[Run]) -> Run | None:
    """The run of a job's number that was running at a time, or nearly so; None if there is none."""
    near = [(_distance(first_sample_at, run), run) for run in runs]
    near = [(distance, run) for distance, run in near if distance <= EDGE]
    return (
        min(near, key=lambda item: (item[0], -item[1].started_at.timestamp()))[1] if near else None
    )


def why_not_of(run: Run, *, node: str, last_sample_at: datetime) -> Refusal | None:
    """Why what a node says of a run cannot be, if it cannot."""
    nodes = _nodes(run.nodes_used)
    if nodes and node not in nodes:
        return Refusal("wrong_node", "The job never ran on this node.")
    if run.ended_at is not None and last_sample_at > run.ended_at + EDGE:
        return Refusal("impossible", "It watched the job after the job had ended.")
    return None


def shares_of_days(since: datetime, until: datetime) -> Iterator[tuple[date, float]]:
    """Which part of a span lies on which UTC day; a moment lies on its day."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    whole = (until - since).total_seconds()
    if whole <= 0:
        yield until.date(), 1.0
        return
    at = since
    while at < until:
        midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), UTC)
        upto = min(midnight, until)
        yield at.date(), (upto - at).total_seconds() / whole
        at = upto


@lru_cache(maxsize=1024)
def _nodes(folded: str) -> frozenset[str]:
    """The nodes of a run; none where Slurm did not say them in a way that can be read."""
    try:
        return nodes_of_cluster(folded) if folded else frozenset()
    except NodeListError:
        return frozenset()


def _distance(moment: datetime, run: Run) -> timedelta:
    if moment < run.started_at:
        return run.started_at - moment
    if run.ended_at is not None and moment > run.ended_at:
        return moment - run.ended_at
    return timedelta()
