"""Activity of a GPU's parts by GPM, which Hopper and later have: what ran between two looks."""

from dataclasses import dataclass, field
from typing import Any

import pynvml

from slurm_bridge.gpu.nvml_calls import Calls

_METRICS = (
    pynvml.NVML_GPM_METRIC_SM_UTIL,
    pynvml.NVML_GPM_METRIC_ANY_TENSOR_UTIL,
    pynvml.NVML_GPM_METRIC_DRAM_BW_UTIL,
)
# Per cent; a busy GPU may round up.
_MOST_PER_CENT = 101
Activity = tuple[float | None, float | None, float | None]
NOTHING: Activity = (None, None, None)


@dataclass
class _Looks:
    """Room for two looks at one GPU, used in turns."""

    last: Any
    next: Any
    has_last: bool = False

    def turn(self) -> None:
        self.last, self.next = self.next, self.last
        self.has_last = True


@dataclass
class Gpm:
    """Keeps the last look at each GPU, since GPM compares two of them."""

    calls: Calls
    _looks: dict[str, _Looks] = field(default_factory=dict)
    _unsupported: set[str] = field(default_factory=set)

    def activity(self, uuid: str, device: Any, instance: int | None = None) -> Activity:
        """Shares of SMs, tensor cores and DRAM bandwidth that were in use since the last look.

        An instance of MIG is named by its whole GPU's handle and its own number.
        """
        looks = self._looks_at(uuid, device)
        if looks is None or not self._look(device, instance, looks.next):
            return NOTHING
        found = self._compare(looks) if looks.has_last else NOTHING
        looks.turn()
        return found

    def close(self) -> None:
        """Give NVML's samples back."""
        for looks in self._looks.values():
            for look in (looks.last, looks.next):
                self.calls.read(pynvml.nvmlGpmSampleFree, look)
        self._looks.clear()

    def _looks_at(self, uuid: str, device: Any) -> _Looks | None:
        if uuid in self._looks:
            return self._looks[uuid]
        if uuid in self._unsupported:
            return None
        support = self.calls.read(pynvml.nvmlGpmQueryDeviceSupport, device)
        if support is None:
            return None
        if not support.isSupportedDevice:
            self._unsupported.add(uuid)
            return None
        last = self.calls.read(pynvml.nvmlGpmSampleAlloc)
        following = self.calls.read(pynvml.nvmlGpmSampleAlloc)
        if last is None or following is None:
            return None
        self._looks[uuid] = _Looks(last, following)
        return self._looks[uuid]

    def _look(self, device: Any, instance: int | None, into: Any) -> bool:
        if instance is None:
            return self.calls.read(pynvml.nvmlGpmSampleGet, device, into) is not None
        return self.calls.read(pynvml.nvmlGpmMigSampleGet, device, instance, into) is not None

    def _compare(self, looks: _Looks) -> Activity:
        asked = pynvml.c_nvmlGpmMetricsGet_t()
        asked.version = pynvml.NVML_GPM_METRICS_GET_VERSION
        asked.numMetrics = len(_METRICS)
        asked.sample1, asked.sample2 = looks.last, looks.next
        for place, metric in enumerate(_METRICS):
            asked.metrics[place].metricId = metric
        if self.calls.read(pynvml.nvmlGpmMetricsGet, asked) is None:
            return NOTHING
        sm, tensor, dram = (_share(asked.metrics[place]) for place in range(len(_METRICS)))
        return sm, tensor, dram


def _share(metric: Any) -> float | None:
    if metric.nvmlReturn != pynvml.NVML_SUCCESS or not 0 <= metric.value <= _MOST_PER_CENT:
        return None
    return min(float(metric.value) / 100, 1.0)
