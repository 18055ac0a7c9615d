"""The charts of a run's GPUs: utilisation, memory and power."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from allocations.rules.gpu_minutes import Figure
from portal.reports.charts import Chart, Form, Series
from portal.reports.job_figures import GpuOfRun
from portal.reports.job_timeline import SERIES, Window, in_steps, minutes_of

MIB_A_GIB = 1024


def job_charts(
    gpus: Sequence[GpuOfRun], window: Window, *, csv_url: Callable[[str], str]
) -> list[Chart]:
    """One chart for each thing that is kept by the minute, with a line for each GPU."""
    found = minutes_of(gpus, window)
    rows = window.in_few_rows()
    return [
        replace(
            _chart(name, gpus, window, found[name]),
            csv_url=csv_url(name),
            table=_table(name, gpus, rows, found[name]) if rows != window else None,
        )
        for name in SERIES
    ]


def chart_of_minutes(name: str, gpus: Sequence[GpuOfRun], window: Window) -> Chart:
    """One of them for a file: every minute, with times in UTC as programs read them."""
    window = window.by_minute()
    times = tuple(f"{at:%Y-%m-%dT%H:%MZ}" for at in window.moments)
    drawn = _chart(name, gpus, window, minutes_of(gpus, window)[name])
    return replace(drawn, heading=_("Time (UTC)"), points=times)


def _chart(
    name: str, gpus: Sequence[GpuOfRun], window: Window, minutes: Sequence[Sequence[Figure]]
) -> Chart:
    title, unit, decimals = _words(name)
    figures = [
        _in_unit(in_steps(series, window.step), is_memory=name == "memory") for series in minutes
    ]
    return Chart(
        key=name,
        title=title,
        summary=_summary(gpus, figures, unit, decimals),
        heading=_("Time"),
        points=window.labels,
        series=tuple(
            Series(gpu.name, series, Form.LINE) for gpu, series in zip(gpus, figures, strict=True)
        ),
        unit=unit,
        decimals=decimals,
    )


def _table(
    name: str, gpus: Sequence[GpuOfRun], window: Window, minutes: Sequence[Sequence[Figure]]
) -> Chart:
    """The same in few rows; it says how long each is."""
    summary = _("Each row is the mean of %(minutes)d minutes; the CSV has every minute.")
    return replace(_chart(name, gpus, window, minutes), summary=summary % {"minutes": window.step})


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
