"""What is added up equals the integral of what GPUs did, within one interval."""

import random
from collections.abc import Iterable

import pytest

from slurm_bridge.gpu.counters import Counter
from slurm_bridge.gpu.jobs import MappedJob
from slurm_bridge.gpu.ledger import MOST_COUNTERS, Ledger
from slurm_bridge.gpu.samples import Gpu, GpuProcess, Sample
from tests.slurm_bridge.gpu.players import Player, uuid

BEGAN = 1_800_000_000
INTERVAL = 10


def sample(seconds: float, **values: object) -> Sample:
    return Sample(gpu=Gpu("GPU-a", 0), at_seconds=seconds, **values)  # type: ignore[arg-type]


def fed(
    samples: Iterable[Sample], *jobs: int, since: float | None = None, ledger: Ledger | None = None
) -> Ledger:
    ledger = ledger or Ledger(longest_gap_seconds=3 * INTERVAL)
    for item in samples:
        mapped = {"GPU-a": tuple(MappedJob(job, since) for job in jobs)}
        ledger.take([item], mapped, lambda _pids: {}, BEGAN + item.at_seconds)
    return ledger


def only(ledger: Ledger) -> Counter:
    (counter,) = ledger.counters.values()
    return counter


def test_figures_of_eight_gpus_equal_the_scripts_integral_within_one_interval(
    player: Player,
) -> None:
    chance = random.Random(5)
    player.gpus(8)
    script = {
        index: [
            (start, chance.choice([0, 25, 50, 100]), chance.choice([80, 350, 700]))
            for start in range(0, 1200, 60)
        ]
        for index in range(8)
    }
    for moment in range(20):
        for index, steps in script.items():
            start, util, watts = steps[moment]
            player.lines += [f"at {start} {index} util {util}", f"at {start} {index} sm {util}"]
            player.lines.append(f"at {start} {index} power {watts}")
    ledger = Ledger(longest_gap_seconds=3 * INTERVAL)
    jobs = {uuid(index): (MappedJob(100 + index, BEGAN + 5),) for index in range(8)}
    for seconds in range(5, 1205, INTERVAL):
        samples = player.samples(seconds).values()
        ledger.take(samples, jobs, lambda _pids: {}, BEGAN + seconds)
    assert len(ledger.counters) == 8
    for counter in ledger.counters.values():
        steps = script[counter.gpu_index]
        span = 1190
        assert counter.observed_seconds == pytest.approx(span, abs=1)
        busy = sum(60 * util / 100 for _start, util, _watts in steps)
        idle = sum(60 for _start, util, _watts in steps if util == 0)
        joules = sum(60 * watts for _start, _util, watts in steps)
        assert counter.utilisation.total == pytest.approx(busy, abs=INTERVAL)
        assert counter.sm_active.total == pytest.approx(busy, abs=INTERVAL)
        assert counter.idle.total == pytest.approx(idle, abs=INTERVAL)
        assert counter.energy_joules == pytest.approx(joules, abs=(INTERVAL + 1) * 700)
        assert counter.samples == 120


def test_job_counts_from_when_it_was_given_the_gpu() -> None:
    ledger = fed([sample(0, utilisation=1.0)])
    fed([sample(10, utilisation=1.0)], 7, since=BEGAN + 4, ledger=ledger)
    assert only(ledger).observed_seconds == pytest.approx(6)
    assert only(ledger).first_sample_at == BEGAN + 4


def test_gap_was_not_observed_and_leaves_the_figures_as_they_are() -> None:
    readings = [(0, 0.0), (10, 0.0), (20, 0.0), (120, 1.0), (130, 1.0)]
    ledger = fed(
        (sample(at, utilisation=used, energy_joules=at * 500.0) for at, used in readings), 7
    )
    counter = only(ledger)
    assert (counter.observed_seconds, counter.utilisation.total, counter.idle.total) == (30, 10, 20)
    assert counter.energy_joules == 15_000
    assert (counter.first_sample_at, counter.last_sample_at) == (BEGAN, BEGAN + 130)
    assert ledger.gaps == 1


def test_reading_that_fails_is_no_zero() -> None:
    used = [1.0, None, None, 1.0]
    ledger = fed((sample(at * 10, utilisation=value) for at, value in enumerate([1.0, *used])), 7)
    counter = only(ledger)
    assert (counter.observed_seconds, counter.utilisation.total, counter.idle.total) == (20, 20, 0)
    assert counter.sm_active.total is None
    assert counter.energy_joules is None


def test_activity_that_is_not_read_for_a_moment_counts_as_its_mean() -> None:
    active = [None, 0.5, None, 0.5]
    ledger = fed(
        (
            sample(at * 10, utilisation=1.0, sm_active=value)
            for at, value in enumerate([None, *active])
        ),
        7,
    )
    assert only(ledger).sm_active.total == pytest.approx(20)


def test_energy_that_begins_anew_goes_on_by_power() -> None:
    readings = [(0, 1e6), (10, 1e6 + 4000), (20, 100.0), (30, 4100.0)]
    ledger = fed((sample(at, energy_joules=joules, power_watts=400) for at, joules in readings), 7)
    assert only(ledger).energy_joules == 12_000


def test_energy_that_leaps_is_not_believed() -> None:
    readings = [(0, 0.0), (10, 1e12), (20, 1e12 + 4000)]
    ledger = fed((sample(at, energy_joules=joules, power_watts=400) for at, joules in readings), 7)
    assert only(ledger).energy_joules == 8000


def test_requeued_job_begins_another_counter() -> None:
    ledger = fed([sample(0), sample(10)], 7)
    fed([sample(20)], ledger=ledger)
    fed([sample(30), sample(40)], 7, ledger=ledger)
    assert [counter.observed_seconds for counter in ledger.counters.values()] == [10, 10]
    assert {counter.job_id for counter in ledger.counters.values()} == {7}


def test_requeue_that_nobody_saw_begins_another_counter() -> None:
    ledger = fed([sample(0), sample(10)], 7, since=BEGAN)
    fed([sample(400), sample(410)], 7, since=BEGAN + 390, ledger=ledger)
    assert [counter.first_sample_at - BEGAN for counter in ledger.counters.values()] == [0, 400]


def test_line_written_late_in_a_second_is_of_the_same_run() -> None:
    ledger = Ledger(longest_gap_seconds=0.6)
    fed((sample(10 + tenths / 10) for tenths in (8, 9, 11)), 7, since=BEGAN + 10.75, ledger=ledger)
    assert only(ledger).samples == 3


def test_gpu_that_does_not_answer_for_a_while_keeps_its_counter() -> None:
    ledger = fed([sample(0), sample(10)], 7)
    ledger.take([], {}, lambda _pids: {}, BEGAN + 20)
    fed([sample(30), sample(40)], 7, ledger=ledger)
    assert only(ledger).observed_seconds == 20


def test_jobs_on_one_gpu_are_told_apart_by_their_processes() -> None:
    processes = (GpuProcess(1, 2**30, 0.6), GpuProcess(2, 2**29, 0.2), GpuProcess(3, 5, 0.2))
    ledger = Ledger(longest_gap_seconds=30)
    jobs = {"GPU-a": (MappedJob(7), MappedJob(8), MappedJob(9))}
    for seconds in (0, 10):
        shared = sample(
            seconds,
            utilisation=1.0,
            sm_active=0.9,
            energy_joules=seconds * 100.0,
            processes=processes,
        )
        ledger.take([shared], jobs, lambda _pids: {1: 7, 2: 8, 3: 8}, BEGAN + seconds)
    found = {counter.job_id: counter for counter in ledger.counters.values()}
    assert [found[job].utilisation.total for job in (7, 8, 9)] == pytest.approx([6, 4, 0])
    assert [found[job].idle.total for job in (7, 8, 9)] == [0, 0, 10]
    assert [found[job].energy_joules for job in (7, 8, 9)] == pytest.approx([600, 400, 0])
    assert [found[job].peak_memory_bytes for job in (7, 8, 9)] == [2**30, 2**29 + 5, None]
    assert all(counter.shared and counter.sm_active.total is None for counter in found.values())


def test_whole_stands_for_each_job_where_processes_are_not_told_apart() -> None:
    ledger = fed((sample(at, utilisation=0.5, energy_joules=at * 100.0) for at in (0, 10)), 7, 8)
    for counter in ledger.counters.values():
        assert counter.shared
        assert counter.utilisation.total == 5
        assert counter.energy_joules == 500


def test_clock_set_back_begins_another_counter_and_breaks_nothing() -> None:
    ledger = Ledger(longest_gap_seconds=30)
    jobs = {"GPU-a": (MappedJob(7),)}
    for seconds, day in ((0, 0), (10, 10), (20, -3580), (30, -3570)):
        item = sample(seconds, utilisation=1.0)
        ledger.take([item], jobs, lambda _pids: {}, BEGAN + day)
    spans = [
        (counter.first_sample_at - BEGAN, counter.last_sample_at - BEGAN, counter.observed_seconds)
        for counter in ledger.counters.values()
    ]
    assert spans == [(0, 10, 10), (-3590, -3570, 20)]


def test_minutes_hold_means_and_peaks_and_gaps() -> None:
    ledger = Ledger(longest_gap_seconds=30)
    jobs = {"GPU-a": (MappedJob(7),)}
    start = BEGAN - BEGAN % 60
    for seconds in [*range(0, 70, 10), *range(240, 310, 10)]:
        item = sample(
            seconds,
            utilisation=1.0 if seconds < 30 else 0.5,
            power_watts=300,
            energy_joules=seconds * 300.0,
            memory_used_bytes=2**20 * seconds,
        )
        ledger.take([item], jobs, lambda _pids: {}, start + seconds)
    (series,) = ledger.series.values()
    minutes = {number - start // 60: minute for number, minute in series.minutes.items()}
    assert minutes == {0: (70, 50, 300), 1: (50, 60, 300), 4: (50, 290, 300)}


def test_what_is_over_for_a_day_is_forgotten_and_a_flood_is_bounded() -> None:
    ledger = fed([sample(0), sample(10)], 7)
    fed([sample(20)], ledger=ledger)
    ledger.forget(BEGAN + 80_000)
    assert len(ledger.counters) == 1
    ledger.forget(BEGAN + 90_000)
    assert ledger.counters == ledger.series == {}
    for number in range(MOST_COUNTERS + 500):
        fed([sample(number)], number + 1, ledger=ledger)
    ledger.forget(BEGAN + number)
    assert len(ledger.counters) == len(ledger.series) == MOST_COUNTERS
    assert (number + 1, "GPU-a") in ledger.running
