"""Runs whose GPUs were measured, as rows."""

from datetime import datetime, timedelta

from django.utils import timezone

from allocations.models import DailyGpuUse, GpuRun, Job, JobGpu, Project, Site

GIB = 2**30


def measured_run(
    project: Project,
    site: Site,
    *,
    number: int = 1,
    username: str = "apeeters",
    idle: tuple[float, ...] = (0.0, 1.0, 1.0, 1.0),
    seconds: float = 7200,
    ended: bool = True,
    until: datetime | None = None,
    is_new: bool = True,
) -> GpuRun:
    """A run on as many GPUs as `idle` has shares; what is not idle is busy.

    `is_new=False` brings the figures of the same run up to date.
    """
    until = until or timezone.now()
    started = until - timedelta(seconds=seconds)
    submitted = started - timedelta(minutes=1)
    if not is_new:
        submitted = GpuRun.objects.get(site=site, db_index=number).submitted_at
        started = submitted + timedelta(minutes=1)
    key = {"site": site, "db_index": number, "submitted_at": submitted}
    of_run = {"job_id": number, "project": project, "username": username}
    Job.objects.update_or_create(
        **key,
        defaults={
            **of_run,
            "partition": "h200",
            "state": "COMPLETED" if ended else "RUNNING",
            "name": "train",
            "started_at": started,
            "ended_at": until if ended else None,
            "read_at": until,
            "counted_until": until,
            "gpus": len(idle),
            "gpu_seconds": int(seconds) * len(idle),
            "cpus": 8,
            "nodes": 1,
            "exit_code": "0:0",
        },
    )
    times = {"first_sample_at": started, "last_sample_at": until}
    for index, share in enumerate(idle):
        JobGpu.objects.update_or_create(
            **key,
            node="node1",
            uuid=f"GPU-{index}",
            defaults={**of_run, **times, "samples": 10, **_figures([share], seconds)},
        )
    run, _is_new = GpuRun.objects.update_or_create(
        **key,
        defaults={**of_run, **times, "gpus": len(idle), "nodes": 1, **_figures(idle, seconds)},
    )
    return run


def measured_day(
    project: Project,
    site: Site,
    *,
    day: object = None,
    username: str = "apeeters",
    busy: float = 0.5,
    hours: float = 10,
    kwh: float | None = 4.0,
) -> DailyGpuUse:
    """A day of GPU time of which a share was busy and the rest idle."""
    seconds = hours * 3600
    return DailyGpuUse.objects.create(
        project=project,
        site=site,
        username=username,
        day=day or timezone.now().date(),
        observed_seconds=seconds,
        measured_seconds=seconds,
        utilisation_seconds=busy * seconds,
        idle_seconds=(1 - busy) * seconds,
        metered_seconds=0 if kwh is None else seconds,
        energy_joules=0 if kwh is None else kwh * 3_600_000,
    )


def _figures(idle: tuple[float, ...] | list[float], seconds: float) -> dict[str, float]:
    total = seconds * len(idle)
    idle_seconds = sum(idle) * seconds
    return {
        "observed_seconds": total,
        "measured_seconds": total,
        "utilisation_seconds": total - idle_seconds,
        "idle_seconds": idle_seconds,
    }
