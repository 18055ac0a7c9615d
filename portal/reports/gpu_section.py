"""What a page about GPUs shows: a line a site, charts, the idlest and busiest runs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from allocations.models import DailyGpuUse, DailyUsage, GpuRun, Project, SiteDay
from portal.reports.charts import Chart
from portal.reports.gpu_charts import gpu_charts
from portal.reports.gpu_figures import (
    GpuUse,
    ShownRun,
    all_runs_by_tenth,
    gpu_use,
    held_seconds,
    idlest_and_busiest,
    runs_by_tenth,
)
from portal.reports.ranges import TimeRange

CsvUrl = Callable[[str], str]


@dataclass(frozen=True)
class GpuSection:
    """All that the part shows."""

    use: GpuUse
    charts: list[Chart]
    idlest: list[ShownRun]
    busiest: list[ShownRun]


def section_of_project(project: Project, time: TimeRange, csv_url: CsvUrl) -> GpuSection:
    """One project's."""
    measured = DailyGpuUse.objects.filter(project=project)
    held = held_seconds(DailyUsage.objects.filter(project=project), time)
    use = gpu_use(measured, held, time)
    return _section(use, GpuRun.objects.filter(project=project), time, csv_url)


def section_of_person(username: str, time: TimeRange, csv_url: CsvUrl) -> GpuSection:
    """One person's, in all projects."""
    held = held_seconds(DailyUsage.objects.filter(username=username), time)
    use = gpu_use(DailyGpuUse.objects.filter(username=username), held, time)
    return _section(use, GpuRun.objects.filter(username=username), time, csv_url)


def section_of_all(time: TimeRange, csv_url: CsvUrl) -> GpuSection:
    """Everybody's, without a look at each run."""
    held = held_seconds(SiteDay.objects.all(), time)
    use = gpu_use(DailyGpuUse.objects.all(), held, time)
    return _section(use, GpuRun.objects.all(), time, csv_url, tenths=all_runs_by_tenth)


def _section(
    use: GpuUse,
    runs: QuerySet[GpuRun],
    time: TimeRange,
    csv_url: CsvUrl,
    *,
    tenths: Callable[[TimeRange], list[int]] | None = None,
) -> GpuSection:
    if not use.has_data:
        return GpuSection(use, [], [], [])
    counts = tenths(time) if tenths else runs_by_tenth(runs, time)
    idlest, busiest = idlest_and_busiest(runs, time)
    return GpuSection(use, gpu_charts(use, counts, time, csv_url), idlest, busiest)
