"""The charts of a run's GPUs: utilisation, memory and power."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from allocations.rules.gpu_minutes import Figure
from portal.reports.charts import Chart, Form, Series
from portal.reports.job_figures import GpuOfRun
from portal.reports.job_timeline import SERIES, Window, timelines

MIB_A_GIB = 1024


def job_charts(
    gpus: Sequence[GpuOfRun], window: Window, *, csv_url: Callable[[str], str]
) -> list[Chart]:
    """One chart for each thing that is kept by the minute, with a line for each GPU."""
    found = timelines(gpus, window)
    return [
        _chart(name, gpus, window.labels, found[name], csv_url=csv_url(name)) for name in SERIES
    ]


def chart_of_minutes(name: str, gpus: Sequence[GpuOfRun], window: Window) -> Chart:
    """One of them for a file: every minute, with times as programs read them."""
    window = window.by_minute()
    times = tuple(f"{at:%Y-%m-%dT%H:%MZ}" for at in window.moments)
    return _chart(name, gpus, times, timelines(gpus, window)[name], csv_url="")


def _chart(
    name: str,
    gpus: Sequence[GpuOfRun],
    points: tuple[str, ...],
    found: Sequence[Sequence[Figure]],
    *,
    csv_url: str,
) -> Chart:
    title, unit, decimals = _words(name)
    figures = [_in_unit(series, is_memory=name == "memory") for series in found]
    return Chart(
        key=name,
        title=title,
        summary=_summary(gpus, figures, unit, decimals),
        heading=_("Time (UTC)"),
        points=points,
        series=tuple(
            Series(gpu.name, series, Form.LINE) for gpu, series in zip(gpus, figures, strict=True)
        ),
        unit=unit,
        decimals=decimals,
        csv_url=csv_url,
    )


def _words(name: str) -> tuple[str, str, int]:
    return {
        "utilisation": (_("Utilisation"), "%", 0),
        "memory": (_("Memory used"), "GiB", 1),
        "power": (_("Power"), "W", 0),
    }[name]


def _in_unit(series: Sequence[Figure], *, is_memory: bool) -> tuple[float | None, ...]:
    if not is_memory:
        return tuple(series)
    return tuple(None if mib is None else round(mib / MIB_A_GIB, 1) for mib in series)


def _summary(
    gpus: Sequence[GpuOfRun],
    figures: Sequence[Sequence[float | None]],
    unit: str,
    decimals: int,
) -> str:
    parts = []
    for gpu, series in zip(gpus, figures, strict=True):
        known = [figure for figure in series if figure is not None]
        mean = f"{sum(known) / len(known):.{decimals}f} {unit}" if known else _("no data")
        parts.append(f"{gpu.name} {mean}")
    return _("On average: %(parts)s.") % {"parts": ", ".join(parts)}
