"""A run whose GPUs were watched: one of four works, the others idle."""

import math
from typing import Any

from accounts.audit import SystemActor
from allocations.actions.gpu_usage import record_gpu_usage
from allocations.models import Job, Project, Site
from slurm_bridge.wire_accounting import JobRow
from slurm_bridge.wire_gpu import MINUTES_A_PIECE, GpuBatch, GpuCounter, MinutePiece
from tests.allocations.bridge_caller import job_row, now
from tests.portal.staff_world import read_accounting

HOUR = 3600
WATCHER = SystemActor("bridge@zellik")


def watched_run(
    project: Project,
    *,
    hours: float = 2,
    gpus: int = 4,
    db_index: int = 7001,
    is_mig: bool = False,
    **changes: Any,
) -> Job:
    """A run at Zellik that ended an hour ago, on nodes of eight GPUs, with its minutes."""
    site = Site.objects.get(code="zellik")
    ended = (now() - HOUR) // 60 * 60
    began = ended - int(hours * HOUR)
    row = job_row(
        project.name,
        db_index=db_index,
        job_id=db_index,
        submitted_at=began - 600,
        started_at=began,
        ended_at=ended,
        gpus=gpus,
        name="train-bells",
        **changes,
    )
    read_accounting(site, JobRow.model_validate(row))
    told = [watched_gpu(db_index, number, began, ended) for number in range(gpus)]
    return _told(site, db_index, [_of_instance(gpu) for gpu in told] if is_mig else told)


def running_run(project: Project, *, gpus: int = 4, db_index: int = 7001) -> Job:
    """A run at Zellik that began two hours ago and goes on."""
    site = Site.objects.get(code="zellik")
    ended = now() // 60 * 60
    began = ended - 2 * HOUR
    times = {"submitted_at": began - 600, "started_at": began, "ended_at": None}
    row = job_row(
        project.name,
        db_index=db_index,
        job_id=db_index,
        gpus=gpus,
        name="train-bells",
        state="RUNNING",
        **times,
    )
    read_accounting(site, JobRow.model_validate(row))
    return _told(
        site, db_index, [watched_gpu(db_index, number, began, ended) for number in range(gpus)]
    )


def unwatched_run(project: Project, *, db_index: int = 7001) -> Job:
    """A run at Zellik, which tells of its GPUs, but nothing of this one's."""
    site = Site.objects.get(code="zellik")
    row = job_row(project.name, db_index=db_index, job_id=db_index, gpus=2, name="train-bells")
    read_accounting(site, JobRow.model_validate(row))
    return _told(site, db_index, [])


def _told(site: Site, db_index: int, counters: list[GpuCounter]) -> Job:
    batch = GpuBatch(read_at=now(), counters=tuple(counters))
    answer = record_gpu_usage(site=site, batch=batch, actor=WATCHER)
    assert answer.stored == len(counters), answer
    return Job.objects.select_related("project", "site").get(site=site, db_index=db_index)


def _of_instance(whole: GpuCounter) -> GpuCounter:
    """What NVML tells of a part of a GPU: its memory and the activity of its cores."""
    number = whole.gpu_index or 0
    unknown = dict.fromkeys(("utilisation_seconds", "idle_seconds", "energy_joules"))
    nothing = [(None,) * len(piece.memory_mib) for piece in whole.minutes]
    minutes = tuple(
        piece.model_copy(update={"utilisation_percent": none, "power_watts": none})
        for piece, none in zip(whole.minutes, nothing, strict=True)
    )
    return whole.model_copy(
        update=unknown
        | {"gpu": f"MIG-c6d4f1e{number}-42e4-5de3-91c7-45d71c87eb3f", "gpu_index": number // 2}
        | {"memory_total_bytes": 71 * 2**30, "minutes": minutes}
    )


def watched_gpu(job_id: int, number: int, began: int, ended: int) -> GpuCounter:
    """A GPU by its number in the job: the first works, the others wait."""
    seconds = ended - began
    busy = 0.9 if number == 0 else 0.0
    return GpuCounter(
        job_id=job_id,
        node=f"zn{number // 8:02d}",
        gpu=f"GPU-{job_id}-{number}",
        gpu_index=number % 8,
        first_sample_at=began,
        last_sample_at=ended,
        samples=seconds // 10,
        observed_seconds=float(seconds),
        utilisation_seconds=busy * seconds,
        idle_seconds=0.0 if number == 0 else float(seconds),
        sm_active_seconds=busy * seconds / 2,
        energy_joules=seconds * (600.0 if number == 0 else 75.0),
        peak_memory_bytes=70 * 2**30 if number == 0 else 2**29,
        memory_total_bytes=141 * 2**30,
        minutes=minute_pieces(number, began, ended),
    )


def minute_pieces(number: int, began: int, ended: int) -> tuple[MinutePiece, ...]:
    """Waves of work on the first GPU and nothing on the others, with a gap of five minutes."""
    first, last = -(-began // 60), ended // 60
    minutes = range(first, last)
    pieces = []
    for start in range(0, len(minutes), MINUTES_A_PIECE):
        part = minutes[start : start + MINUTES_A_PIECE]
        use = [round(90 + 9 * math.sin(at / 7)) if number == 0 else 0 for at in part]
        is_gap = [30 <= at - first < 35 for at in part]
        pieces.append(
            MinutePiece(
                starts_at=part[0] * 60,
                utilisation_percent=tuple(
                    None if gap else it for it, gap in zip(use, is_gap, strict=True)
                ),
                memory_mib=tuple(
                    None if gap else 400 + 700 * it for it, gap in zip(use, is_gap, strict=True)
                ),
                power_watts=tuple(
                    None if gap else 75 + 6 * it for it, gap in zip(use, is_gap, strict=True)
                ),
            )
        )
    return tuple(pieces)
