"""What an exporter knows as OpenMetrics: counters of jobs, and each GPU as it is now."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.registry import CollectorRegistry

from slurm_bridge.gpu import names
from slurm_bridge.gpu.counters import Counter
from slurm_bridge.gpu.samples import Sample

Value = float | int | None
END = b"# EOF\n"


@dataclass(frozen=True)
class Health:
    """How an exporter is itself."""

    node: str
    instance: str
    """Fresh at each start, so that two exporters can be told apart."""
    version: str
    time: float
    """By this node's clock."""
    is_open: bool
    missing: int
    failed_calls: int
    gaps: int
    round_seconds: float
    """How long the last round of samples took."""


_JOB_COUNTERS: tuple[tuple[str, str, Callable[[Counter], Value]], ...] = (
    (names.SAMPLES, "Samples of a job's GPU.", lambda item: item.samples),
    (names.OBSERVED, "Time for which a job's GPU was watched.", lambda c: c.observed_seconds),
    (names.UTILISATION, "Sum of utilisation and seconds.", lambda c: c.utilisation.total),
    (names.IDLE, "Time at 0 %.", lambda item: item.idle.total),
    (names.SM_ACTIVE, "Sum of active SMs' share and seconds.", lambda c: c.sm_active.total),
    (names.TENSOR_ACTIVE, "The same of tensor cores.", lambda c: c.tensor_active.total),
    (names.DRAM_ACTIVE, "The same of memory's bandwidth.", lambda c: c.dram_active.total),
    (names.ENERGY, "Energy used.", lambda item: item.energy_joules),
)
_JOB_GAUGES: tuple[tuple[str, str, Callable[[Counter], Value]], ...] = (
    (names.PEAK_MEMORY, "Most memory used at a time.", lambda item: item.peak_memory_bytes),
    (names.MEMORY_TOTAL, "Memory that the GPU has.", lambda item: item.memory_total_bytes),
    (names.LAST_SAMPLE, "When it was sampled last.", lambda item: item.last_sample_at),
    (names.SHARED, "Whether other jobs had the GPU, too.", lambda item: int(item.shared)),
)
_GPU_GAUGES: tuple[tuple[str, str, Callable[[Sample], Value]], ...] = (
    ("belfry_gpu_utilisation_ratio", "Share of time with a kernel.", lambda s: s.utilisation),
    ("belfry_gpu_sm_active_ratio", "Share of SMs active.", lambda s: s.sm_active),
    ("belfry_gpu_tensor_active_ratio", "The same of tensor cores.", lambda s: s.tensor_active),
    ("belfry_gpu_dram_active_ratio", "The same of memory bandwidth.", lambda s: s.dram_active),
    ("belfry_gpu_memory_used_bytes", "Memory in use.", lambda s: s.memory_used_bytes),
    ("belfry_gpu_memory_total_bytes", "Memory there is.", lambda s: s.memory_total_bytes),
    ("belfry_gpu_power_watts", "Power drawn.", lambda s: s.power_watts),
    ("belfry_gpu_sm_clock_megahertz", "Clock of the SMs.", lambda s: s.sm_clock_mhz),
    ("belfry_gpu_memory_clock_megahertz", "Clock of the memory.", lambda s: s.memory_clock_mhz),
    ("belfry_gpu_temperature_celsius", "Temperature.", lambda s: s.temperature_celsius),
    ("belfry_gpu_throttle_reasons", "NVML's bits of what slows it.", lambda s: s.throttle_reasons),
    ("belfry_gpu_ecc_corrected_errors", "Since the driver began.", lambda s: s.ecc_corrected),
    ("belfry_gpu_ecc_uncorrected_errors", "Since the driver began.", lambda s: s.ecc_uncorrected),
    ("belfry_gpu_last_xid", "The last critical error's number.", lambda s: s.xid),
    (
        "belfry_gpu_processes",
        "Processes on it.",
        lambda s: None if s.processes is None else len(s.processes),
    ),
)


def exposition(health: Health, samples: Iterable[Sample], counters: Iterable[Counter]) -> bytes:
    """The whole page; what is not known is not on it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Page((*_of_exporter(health), *_of_gpus(samples))))
    page: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return page.removesuffix(END) + "".join(_of_jobs(counters)).encode() + END


@dataclass(eq=False)  # The registry keeps collectors in a dictionary.
class _Page:
    metrics: tuple[Metric, ...]

    def collect(self) -> Iterable[Metric]:
        return self.metrics


def _of_exporter(health: Health) -> Iterator[Metric]:
    known = {"node": health.node, "instance": health.instance, "version": health.version}
    yield InfoMetricFamily(names.EXPORTER, "Which exporter this is.", value=known)
    yield GaugeMetricFamily(names.TIME, "This node's clock.", value=health.time)
    for name, words, value in (
        ("belfry_gpu_driver_answers", "Whether NVML is open.", int(health.is_open)),
        ("belfry_gpu_missing", "GPUs that do not answer.", health.missing),
        ("belfry_gpu_round_seconds", "How long the last samples took.", health.round_seconds),
    ):
        yield GaugeMetricFamily(name, words, value=value)
    yield CounterMetricFamily("belfry_gpu_failed_calls", "Of NVML.", value=health.failed_calls)
    yield CounterMetricFamily("belfry_gpu_gaps", "Between samples.", value=health.gaps)


def _of_gpus(samples: Iterable[Sample]) -> Iterator[Metric]:
    samples = tuple(samples)
    about = InfoMetricFamily("belfry_gpu", "What a GPU is.", labels=("gpu", "index"))
    for sample in samples:
        gpu = sample.gpu
        told = {"model": gpu.model, "whole": gpu.parent_uuid}
        about.add_metric((gpu.uuid, str(gpu.index)), told)
    yield about
    for name, words, read in _GPU_GAUGES:
        family = GaugeMetricFamily(name, words, labels=("gpu", "index"))
        for sample in samples:
            value = read(sample)
            if value is not None:
                family.add_metric((sample.gpu.uuid, str(sample.gpu.index)), value)
        yield family


def _of_jobs(counters: Iterable[Counter]) -> Iterator[str]:
    """The lines of jobs, put together by hand: there may be thousands, twice a minute."""
    labelled = [(_labels(counter), counter) for counter in counters]
    kinds = (("counter", "_total", _JOB_COUNTERS), ("gauge", "", _JOB_GAUGES))
    for kind, suffix, families in kinds:
        for name, words, read in families:
            yield f"# HELP {name} {words}\n# TYPE {name} {kind}\n"
            for labels, counter in labelled:
                value = read(counter)
                if value is not None:
                    yield f"{name}{suffix}{labels} {value}\n"


def _labels(counter: Counter) -> str:
    gpu = counter.gpu.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return (
        f'{{gpu="{gpu}",index="{counter.gpu_index}",job="{counter.job_id}"'
        f',since="{counter.first_sample_at}"}}'
    )
