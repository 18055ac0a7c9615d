"""A thousand GPUs for a day: jobs of eight, each GPU with noise of its own, made from its number.

The same number gives the same figures, so that what was sent can be compared with what is read.
"""

from collections.abc import Iterator
from functools import lru_cache
from random import Random

from slurm_bridge.wire_accounting import JobRow
from slurm_bridge.wire_gpu import GpuBatch, GpuCounter, MinutePiece

GPUS = 1_000
GPUS_A_JOB = 8
HOURS = 24
MINUTES_A_ROUND = 15
COUNTERS_A_BATCH = 500
FIRST_JOB = 50_001
MEMORY_BYTES = 141 * 2**30

Minutes = tuple[list[int], list[int], list[int]]


def began_at(ends: int) -> int:
    """When all the jobs began."""
    return ends - HOURS * 3600


def job_rows(accounts: list[str], ends: int, gpus: int) -> tuple[JobRow, ...]:
    """The jobs that hold the GPUs."""
    return tuple(
        JobRow(
            db_index=FIRST_JOB + number,
            job_id=FIRST_JOB + number,
            account=accounts[number % len(accounts)],
            username="bench0",
            partition="h200",
            state="COMPLETED",
            submitted_at=began_at(ends) - 600,
            started_at=began_at(ends),
            ended_at=ends,
            gpus=GPUS_A_JOB,
            cpus=64,
            nodes=1,
            nodes_used=node_of(number),
            name=f"train-{number}",
        )
        for number in range(gpus // GPUS_A_JOB)
    )


def node_of(job: int) -> str:
    """Each job has a node to itself."""
    return f"zn{job:03d}"


def rounds(ends: int) -> range:
    """When the bridge sends."""
    seconds = MINUTES_A_ROUND * 60
    return range(began_at(ends) + seconds, ends + 1, seconds)


def batches_of_round(now: int, ends: int, gpus: int) -> Iterator[GpuBatch]:
    """All GPUs as they are at a time, with the minutes since the last round."""
    for first in range(0, gpus, COUNTERS_A_BATCH):
        counters = tuple(
            counter_of(gpu, now, ends) for gpu in range(first, min(first + COUNTERS_A_BATCH, gpus))
        )
        yield GpuBatch(read_at=now + 1, counters=counters)


def counter_of(gpu: int, now: int, ends: int) -> GpuCounter:
    """One GPU's counter at a time: the sums of its minutes until then."""
    began = began_at(ends)
    known = (now - began) // 60
    utilisation, memory, power = minutes_of(gpu)
    seconds = float(now - began)
    since = known - MINUTES_A_ROUND
    return GpuCounter(
        job_id=FIRST_JOB + gpu // GPUS_A_JOB,
        node=node_of(gpu // GPUS_A_JOB),
        gpu=uuid_of(gpu),
        gpu_index=gpu % GPUS_A_JOB,
        first_sample_at=began,
        last_sample_at=now,
        samples=int(seconds) // 10,
        observed_seconds=seconds,
        utilisation_seconds=sum(utilisation[:known]) * 0.6,
        idle_seconds=60.0 * utilisation[:known].count(0),
        sm_active_seconds=sum(utilisation[:known]) * 0.4,
        energy_joules=sum(power[:known]) * 60.0,
        peak_memory_bytes=max(memory[:known]) * 2**20,
        memory_total_bytes=MEMORY_BYTES,
        minutes=(
            MinutePiece(
                starts_at=began + since * 60,
                utilisation_percent=tuple(utilisation[since:known]),
                memory_mib=tuple(memory[since:known]),
                power_watts=tuple(power[since:known]),
            ),
        ),
    )


def uuid_of(gpu: int) -> str:
    """As long as a real one."""
    random = Random(gpu)
    parts = (random.randrange(16**length) for length in (8, 4, 4, 4, 12))
    widths = (8, 4, 4, 4, 12)
    return "GPU-" + "-".join(f"{part:0{width}x}" for part, width in zip(parts, widths, strict=True))


@lru_cache(maxsize=GPUS)
def minutes_of(gpu: int) -> Minutes:
    """A day of one GPU: hours of work with noise, pauses, and a memory that moves a little."""
    random = Random(gpu * 7 + 1)
    utilisation: list[int] = []
    while len(utilisation) < HOURS * 60:
        length = random.randrange(20, 240)
        level = random.choice((0, 35, 70, 90, 97))
        utilisation += [
            max(0, min(100, round(random.gauss(level, 6)))) if level else 0 for _ in range(length)
        ]
    utilisation = utilisation[: HOURS * 60]
    memory = [60_000 + 40 * use + random.randrange(64) for use in utilisation]
    power = [75 + 6 * use + random.randrange(40) for use in utilisation]
    return utilisation, memory, power
