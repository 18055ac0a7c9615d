"""Whether a node's figures can be true, beside what it said before. Pure."""

from collections import defaultdict
from dataclasses import dataclass, field

from pydantic import ValidationError

from slurm_bridge.gpu.belfry_page import NodePage, Values
from slurm_bridge.gpu.faults import NodeFaultError
from slurm_bridge.gpu.ledger import Key
from slurm_bridge.wire_gpu import SLACK_SECONDS, GpuCounter

MOST_CLOCK_DIFFERENCE_SECONDS = 300
# Two counters of one job on one GPU follow one another; more than this is two who count at a time.
OVERLAP_SECONDS = 60
MOST_INSTANCES = 20
KEPT_SECONDS = 2 * 86_400
# Sums of floating point, written and read.
ROUNDING = 1e-6

_GROWING = (
    "samples",
    "last_sample_at",
    "observed_seconds",
    "utilisation_seconds",
    "idle_seconds",
    "sm_active_seconds",
    "tensor_active_seconds",
    "dram_active_seconds",
    "energy_joules",
    "peak_memory_bytes",
)

Fault = NodeFaultError


@dataclass
class Checks:
    """Remembers what each node said last, and believes nothing that contradicts it."""

    accepted: dict[tuple[str, Key], tuple[GpuCounter, int]] = field(default_factory=dict)
    """Each counter as it was believed last, and when."""
    _instances: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The exporters that each node has had, the latest last."""
    _of_place: dict[tuple[int, str], set[tuple[str, Key]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    """The counters of each job and GPU, which are several where it was requeued."""

    def page(self, node: str, page: NodePage, at: int) -> None:
        """Refuse a page that is another node's, another exporter's, or of another time."""
        if page.node is not None and page.node != node:
            raise Fault("wrong_node", f"it says that it is {page.node[:64]}")
        if page.time is not None and abs(page.time - at) > MOST_CLOCK_DIFFERENCE_SECONDS:
            raise Fault("wrong_clock", f"its clock is {page.time - at:+.0f} s off")
        if page.instance is None:
            return
        known = self._instances[node]
        if page.instance in known[:-1]:
            raise Fault("two_exporters", "two exporters answer in turns")
        if page.instance not in known:
            known.append(page.instance)
            del known[:-MOST_INSTANCES]

    def counter(self, node: str, key: Key, values: Values, at: int) -> GpuCounter:
        """A counter that can be true; raises NodeFaultError for any other."""
        counter = _counter(node, key, values)
        if (
            max(counter.first_sample_at, counter.last_sample_at)
            > at + MOST_CLOCK_DIFFERENCE_SECONDS
        ):
            raise Fault("wrong_clock", f"job {counter.job_id} was sampled in the future")
        before = self.accepted.get((node, key))
        if before is not None:
            _refuse_step_back(before[0], counter)
            _refuse_leap(before[0], counter, at - before[1])
        self._refuse_double(node, key, counter)
        return counter

    def accept(self, node: str, key: Key, counter: GpuCounter, at: int) -> None:
        """Remember what was believed."""
        self.accepted[node, key] = (counter, at)
        self._of_place[key[:2]].add((node, key))

    def forget(self, at: int) -> None:
        """Drop what no node tells any more."""
        old = [item for item, (_counter, told) in self.accepted.items() if told < at - KEPT_SECONDS]
        for node, key in old:
            del self.accepted[node, key]
            self._of_place[key[:2]].discard((node, key))
            if not self._of_place[key[:2]]:
                del self._of_place[key[:2]]

    def _refuse_double(self, node: str, key: Key, counter: GpuCounter) -> None:
        for place in self._of_place.get(key[:2], ()):
            other = self.accepted[place][0]
            until = min(counter.last_sample_at, other.last_sample_at)
            together = until - max(counter.first_sample_at, other.first_sample_at)
            if place != (node, key) and together > OVERLAP_SECONDS:
                raise Fault(
                    "two_exporters",
                    f"job {counter.job_id} is counted twice at a time on {counter.gpu}",
                )


def _counter(node: str, key: Key, values: Values) -> GpuCounter:
    job_id, gpu, began = key
    try:
        return GpuCounter.model_validate(
            values | {"job_id": job_id, "node": node, "gpu": gpu, "first_sample_at": began}
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Fault("impossible", f"job {job_id}: {place} {first['msg']}") from error


def _refuse_step_back(before: GpuCounter, now: GpuCounter) -> None:
    for name in _GROWING:
        was, is_now = getattr(before, name), getattr(now, name)
        if was is not None and (is_now is None or is_now < was - ROUNDING * max(1, was)):
            raise Fault("went_back", f"job {now.job_id}: {name} went from {was:g} to {is_now}")


def _refuse_leap(before: GpuCounter, now: GpuCounter, elapsed_seconds: float) -> None:
    if now.observed_seconds - before.observed_seconds > elapsed_seconds * 1.05 + SLACK_SECONDS:
        raise Fault("impossible", f"job {now.job_id} was observed for longer than time went by")
