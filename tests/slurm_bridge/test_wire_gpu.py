"""What the contract takes for figures of a GPU, and what it refuses."""

from typing import Any

import pytest
from pydantic import ValidationError

from slurm_bridge.wire_gpu import GpuBatch, GpuCounter, MinutePiece

MINUTE = 1_767_225_600
PIECE = {
    "starts_at": MINUTE,
    "utilisation_percent": [0, None, 100],
    "memory_mib": [1, None, 81_559],
    "power_watts": [71, None, 698],
}
COUNTER = {
    "job_id": 7,
    "node": "zn01",
    "gpu": "GPU-8f9ad4cb-0001",
    "first_sample_at": MINUTE,
    "last_sample_at": MINUTE + 170,
    "samples": 18,
    "observed_seconds": 180.0,
    "utilisation_seconds": 120.5,
    "idle_seconds": 59.5,
    "energy_joules": 54_000.0,
    "peak_memory_bytes": 2**30,
    "memory_total_bytes": 2**36,
    "minutes": [PIECE],
}


def of_length(minutes: int) -> dict[str, Any]:
    series = ("utilisation_percent", "memory_mib", "power_watts")
    return {"starts_at": MINUTE} | {name: [1] * minutes for name in series}


def counter(**changes: Any) -> GpuCounter:
    return GpuCounter.model_validate(COUNTER | changes)


def test_a_counter_is_the_same_at_both_ends() -> None:
    batch = GpuBatch(read_at=MINUTE + 200, counters=(counter(),))
    assert GpuBatch.model_validate_json(batch.model_dump_json()) == batch


def test_no_data_is_not_zero() -> None:
    silent = counter(utilisation_seconds=None, idle_seconds=None, energy_joules=None)
    assert (silent.utilisation_seconds, silent.energy_joules) == (None, None)
    assert silent.sm_active_seconds is None


@pytest.mark.parametrize(
    "lie",
    [
        {"utilisation_seconds": 181.0, "idle_seconds": 0.0},
        {"utilisation_seconds": 120.5, "idle_seconds": 120.5},
        {"sm_active_seconds": 200.0},
        {"tensor_active_seconds": 200.0},
        {"dram_active_seconds": 200.0},
        {"utilisation_seconds": -1.0},
        {"idle_seconds": None},
        {"observed_seconds": 1000.0},
        {"observed_seconds": float("nan")},
        {"observed_seconds": "180"},
        {"energy_joules": 1e12},
        {"energy_joules": float("inf")},
        {"peak_memory_bytes": 2**37},
        {"memory_total_bytes": 2**60},
        {"last_sample_at": MINUTE - 1},
        {"first_sample_at": 10**13},
        {"samples": 0},
        {"node": "zn01\n"},
        {"node": "-oProxyCommand"},
        {"gpu": "GPU 1"},
        {"gpu": ""},
        {"job_id": -1},
        {"shared": 1},
        {"password": "x"},
        {"minutes": [PIECE] * 9},
        {"minutes": [PIECE | {"utilisation_percent": [0, None, 101]}]},
        {"minutes": [PIECE | {"power_watts": [0, None, -1]}]},
        {"minutes": [PIECE | {"memory_mib": [0, None, 2**40]}]},
        {"minutes": [PIECE | {"memory_mib": [0, None]}]},
        {"minutes": [PIECE | {"starts_at": MINUTE + 1}]},
        {"minutes": [of_length(0)]},
        {"minutes": [of_length(1441)]},
    ],
)
def test_what_cannot_be_is_refused(lie: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        counter(**lie)


def test_a_piece_knows_its_end() -> None:
    assert MinutePiece.model_validate(PIECE).ends_at == MINUTE + 180
