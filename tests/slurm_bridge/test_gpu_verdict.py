"""What is said of a job's GPUs, by every kind of numbers that a node may send."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slurm_bridge.gpu_verdict import GpuSums, Kind, Thresholds, Verdict, verdict_of
from slurm_bridge.gpu_words import help_address, sentence

HOUR = 3600.0
GIB = 2.0**30
BUSY = GpuSums(HOUR, busy_seconds=0.9 * HOUR, idle_seconds=60)
IDLE = GpuSums(HOUR, busy_seconds=0.05 * HOUR, idle_seconds=0.92 * HOUR)


def said(*gpus: GpuSums, held: int | None = None, seconds: float = HOUR) -> Verdict | None:
    return verdict_of(gpus, gpus_held=held or len(gpus), held_seconds=seconds)


def kind(*gpus: GpuSums, held: int | None = None, seconds: float = HOUR) -> Kind | None:
    verdict = said(*gpus, held=held, seconds=seconds)
    return verdict.kind if verdict else None


def words(*gpus: GpuSums) -> str:
    verdict = said(*gpus)
    assert verdict is not None
    return sentence(verdict)


def test_three_idle_gpus_of_four_are_said_in_plain_words() -> None:
    assert words(BUSY, IDLE, IDLE, IDLE) == (
        "3 of 4 GPUs were idle for 92 % of the time: your program probably uses one GPU."
    )
    assert words(BUSY, BUSY, BUSY, IDLE) == (
        "1 of 4 GPUs was idle for 92 % of the time: your program probably uses 3 GPUs."
    )


def test_a_program_without_gpus_is_told_so() -> None:
    assert words(IDLE) == (
        "Its GPU was idle for 92 % of the time: your program probably runs on processors only."
    )
    assert kind(IDLE, IDLE) == Kind.NO_GPU_USED


def test_low_utilisation_on_all_gpus_is_waiting() -> None:
    waiting = GpuSums(HOUR, busy_seconds=0.299 * HOUR, idle_seconds=0.5 * HOUR)
    assert kind(waiting, waiting) == Kind.MOSTLY_WAITING
    assert kind(replace(waiting, busy_seconds=0.3 * HOUR)) == Kind.GOOD


def test_busy_gpus_with_few_cores_at_work_are_told_so_only_where_all_report_it() -> None:
    few = replace(BUSY, active_seconds=0.04 * HOUR)
    assert kind(few, few) == Kind.FEW_CORES
    assert kind(few, BUSY) == Kind.GOOD


def test_memory_is_told_of_when_nothing_graver_is_there() -> None:
    full = replace(BUSY, memory_peak_bytes=78 * GIB, memory_bytes=80 * GIB)
    empty = replace(full, memory_peak_bytes=2 * GIB)
    assert kind(full, empty) == Kind.MEMORY_FULL
    assert kind(empty, empty) == Kind.MEMORY_EMPTY
    assert kind(empty, BUSY) == Kind.GOOD
    assert kind(full, replace(IDLE, memory_peak_bytes=0, memory_bytes=80 * GIB)) == (
        Kind.SOME_GPUS_UNUSED
    )


def test_a_short_job_is_not_judged() -> None:
    assert kind(replace(IDLE, seconds=599), seconds=599) == Kind.TOO_SHORT
    assert kind(seconds=599, held=4) == Kind.TOO_SHORT


def test_nothing_is_said_where_too_little_was_measured() -> None:
    assert kind(IDLE, held=4) is None
    assert kind(held=1) is None
    assert kind(replace(IDLE, seconds=0.79 * HOUR)) is None
    assert kind(replace(IDLE, seconds=0.8 * HOUR, idle_seconds=0.75 * HOUR)) == Kind.NO_GPU_USED


def test_a_gpu_that_was_never_measured_is_not_called_idle() -> None:
    verdict = said(*[IDLE] * 7, held=8)
    assert verdict is not None
    assert (verdict.kind, verdict.unused_gpus, verdict.gpus) == (Kind.SOME_GPUS_UNUSED, 7, 8)


def test_a_gpu_that_was_measured_for_longer_than_it_was_held_covers_no_other() -> None:
    assert kind(replace(IDLE, seconds=4 * HOUR), held=4) is None


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -1.0])
def test_a_number_that_cannot_be_makes_its_gpu_unmeasured_and_never_idle(number: float) -> None:
    assert kind(replace(BUSY, seconds=number)) is None
    assert kind(replace(BUSY, busy_seconds=number)) is None
    assert kind(replace(BUSY, idle_seconds=number)) == Kind.GOOD
    assert kind(replace(BUSY, active_seconds=number)) == Kind.GOOD
    assert kind(replace(BUSY, memory_peak_bytes=number, memory_bytes=GIB)) == Kind.GOOD
    assert kind(replace(BUSY, memory_peak_bytes=GIB, memory_bytes=number)) == Kind.GOOD
    assert kind(BUSY, seconds=number) is None


def test_a_gpu_that_is_said_to_be_idle_and_busy_at_once_counts_as_busy() -> None:
    assert kind(GpuSums(HOUR, busy_seconds=HOUR, idle_seconds=HOUR)) == Kind.GOOD


def test_more_utilisation_than_time_is_all_of_it() -> None:
    verdict = said(replace(BUSY, busy_seconds=1e300))
    assert verdict is not None
    assert verdict.busy_percent == 100


def test_the_address_names_the_verdict() -> None:
    assert help_address("https://p.example/", Kind.GOOD) == "https://p.example/help/gpu#good"


ANY = st.floats(allow_nan=True, allow_infinity=True)
SUMS = st.builds(
    GpuSums,
    seconds=ANY,
    busy_seconds=ANY,
    idle_seconds=ANY,
    active_seconds=st.none() | ANY,
    memory_peak_bytes=st.none() | ANY,
    memory_bytes=st.none() | ANY,
)
THRESHOLDS = st.builds(
    Thresholds,
    shortest_seconds=st.integers(0, 1000),
    least_measured_percent=st.integers(1, 100),
    unused_percent=st.integers(1, 100),
    waiting_percent=st.integers(0, 100),
    few_cores_percent=st.integers(0, 100),
    memory_full_percent=st.integers(1, 100),
    memory_empty_percent=st.integers(0, 100),
)


@given(st.lists(SUMS, max_size=6), st.integers(-5, 2**40), ANY, THRESHOLDS)
def test_whatever_is_sent_the_verdict_is_a_sentence_with_percents_in_bounds(
    gpus: list[GpuSums], held: int, seconds: float, thresholds: Thresholds
) -> None:
    verdict = verdict_of(gpus, gpus_held=held, held_seconds=seconds, thresholds=thresholds)
    if verdict is None:
        return
    percents = (verdict.idle_percent, verdict.busy_percent, verdict.active_percent)
    assert all(percent is None or 0 <= percent <= 100 for percent in percents)
    assert 0 <= verdict.unused_gpus <= min(len(gpus), verdict.gpus)
    text = sentence(verdict)
    assert text.endswith(".")
    assert "None" not in text


SANE = st.floats(HOUR * 0.9, HOUR).flatmap(
    lambda seconds: st.builds(
        GpuSums,
        seconds=st.just(seconds),
        busy_seconds=st.floats(0, seconds),
        idle_seconds=st.floats(0, seconds),
    )
)


@given(st.lists(SANE, min_size=1, max_size=6), SANE)
def test_a_busier_gpu_never_makes_more_of_them_unused(gpus: list[GpuSums], other: GpuSums) -> None:
    busier = replace(other, busy_seconds=other.seconds, idle_seconds=0)
    before, after = said(*gpus, other), said(*gpus, busier)
    assert before is not None and after is not None  # noqa: PT018 - one thing: both are judged
    assert after.unused_gpus <= before.unused_gpus
    assert after.kind != Kind.NO_GPU_USED
