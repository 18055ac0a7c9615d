"""How well projects used the GPUs of their awards, for whoever decides about the next one."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import FloatField, QuerySet, Sum, Value
from django.db.models.functions import Cast

from allocations.models import DailyGpuUse, Project, ProjectMonth


@dataclass(frozen=True)
class Efficiency:
    """Shares from 0 to 1 of one project's whole time; only what was measured is judged."""

    busy: float
    """The mean utilisation, weighted by GPU-seconds."""
    idle_seconds: float
    coverage: float | None
    """Of the used GPU time how much was measured; None where no use is known."""


@dataclass(frozen=True)
class _Sums:
    used: float = 0
    measured: float = 0
    busy: float = 0
    idle: float = 0

    def __add__(self, other: "_Sums") -> "_Sums":
        return _Sums(
            self.used + other.used,
            self.measured + other.measured,
            self.busy + other.busy,
            self.idle + other.idle,
        )

    def judged(self) -> Efficiency | None:
        """What follows from them; None where nothing was measured."""
        if not self.measured:
            return None
        return Efficiency(
            busy=min(1.0, self.busy / self.measured),
            idle_seconds=self.idle,
            coverage=min(1.0, self.measured / self.used) if self.used else None,
        )


def efficiency_of(projects: Collection[Project]) -> dict[int, Efficiency]:
    """By project; one that nobody measured is missing. One query, and none of no projects."""
    if not projects:
        return {}
    judged = {project: sums.judged() for project, sums in _sums_of(projects).items()}
    return {project: found for project, found in judged.items() if found is not None}


def efficiency_together(projects: QuerySet[Project]) -> Efficiency | None:
    """Of several projects as one; None where nobody measured any of them. One query."""
    return sum(_sums_of(projects).values(), _Sums()).judged()


def _sums_of(projects: Collection[Project] | QuerySet[Project]) -> dict[int, _Sums]:
    used, measured, busy, idle = (
        Cast(Sum(column), FloatField())
        for column in ("gpu_seconds", "measured_seconds", "utilisation_seconds", "idle_seconds")
    )
    none = Value(0.0, FloatField())
    months = ProjectMonth.objects.filter(project__in=projects).order_by().values("project")
    days = DailyGpuUse.objects.filter(project__in=projects).order_by().values("project")
    rows = months.values_list("project", used, none, none, none).union(
        days.values_list("project", none, measured, busy, idle), all=True
    )
    sums: dict[int, _Sums] = {}
    for project, *numbers in rows:
        sums[project] = sums.get(project, _Sums()) + _Sums(*numbers)
    return sums
