"""How well projects used the GPUs of their awards, for whoever decides about the next one."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from allocations.models import DailyGpuUse, Project, ProjectMonth


@dataclass(frozen=True)
class Efficiency:
    """Shares from 0 to 1 of one project's whole time; only what was measured is judged."""

    busy: float
    """The mean utilisation, weighted by GPU-seconds."""
    idle_seconds: float
    coverage: float | None
    """Of the used GPU time how much was measured; None where no use is known."""


def efficiency_of(projects: Iterable[Project]) -> dict[int, Efficiency]:
    """By project; one that nobody measured is missing. Two queries."""
    wanted = [project.pk for project in projects]
    if not wanted:
        return {}
    months = ProjectMonth.objects.filter(project__in=wanted).values_list("project")
    used = dict(months.annotate(total=Sum("gpu_seconds")).order_by())
    days = DailyGpuUse.objects.filter(project__in=wanted).values_list("project")
    sums = days.annotate(Sum("measured_seconds"), Sum("utilisation_seconds"), Sum("idle_seconds"))
    return {
        project: Efficiency(
            busy=min(1.0, busy / measured),
            idle_seconds=idle,
            coverage=min(1.0, measured / used[project]) if used.get(project) else None,
        )
        for project, measured, busy, idle in sums.order_by()
        if measured
    }
