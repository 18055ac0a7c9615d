"""Charts of what GPUs did: how busy, how long idle, how much energy, and how runs differ."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from accounts.numbers import grouped
from allocations.rules.units import SECONDS_AN_HOUR
from portal.reports.charts import Chart, Figure, Form, Series
from portal.reports.gpu_figures import TENTHS, GpuSums, GpuUse
from portal.reports.ranges import TimeRange, step_words


def gpu_charts(
    use: GpuUse, tenths: Sequence[int], time: TimeRange, csv_url: Callable[[str], str]
) -> list[Chart]:
    """All of them; none where nothing was measured."""
    if not use.has_data:
        return []
    points = {site: _by_point(days, time) for site, days in use.by_day.items()}
    whole = use.whole.sums
    return [
        _chart(
            "gpu-busy", _("How busy GPUs were"), points, time, csv_url, unit=_("percent"),
            figure=lambda sums: sums.busy_percent, form=Form.LINE,
            summary=_("Their mean utilisation, weighted by GPU-seconds, was %(percent).0f %%.")
            % {"percent": whole.busy_percent or 0},
        ),
        _chart(
            "gpu-idle", _("GPU-hours at 0 %"), points, time, csv_url, unit=_("GPU-hours"),
            figure=lambda sums: _hours(sums.known_idle_seconds),
            summary=_("%(hours)s GPU-hours were held by jobs and not used.")
            % {"hours": grouped(whole.idle_seconds / SECONDS_AN_HOUR, 1)},
        ),
        _chart(
            "gpu-energy", _("Energy of GPUs"), points, time, csv_url, unit=_("kWh"),
            figure=lambda sums: sums.kwh,
            summary=_("No GPU told its energy.")
            if whole.kwh is None
            else _("The GPUs took %(kwh)s kWh, their nodes not counted.")
            % {"kwh": grouped(whole.kwh, 1)},
        ),
        _runs_chart(tenths, csv_url),
    ]  # fmt: skip


def _chart(
    key: str,
    title: str,
    points: Mapping[str, Mapping[date, GpuSums]],
    time: TimeRange,
    csv_url: Callable[[str], str],
    *,
    unit: str,
    summary: str,
    figure: Callable[[GpuSums], Figure],
    form: Form = Form.BAR,
) -> Chart:
    def of(found: Mapping[date, GpuSums]) -> tuple[Figure, ...]:
        return tuple(figure(found[point]) if point in found else None for point in time.points)

    return Chart(
        key=key,
        title=title,
        summary=summary,
        heading=str(step_words(time.step)),
        points=time.points,
        series=tuple(
            Series(site, of(found), form, stack="" if form == Form.LINE else "sites")
            for site, found in sorted(points.items(), reverse=True)
        ),
        unit=unit,
        csv_url=csv_url(key),
    )


def _runs_chart(tenths: Sequence[int], csv_url: Callable[[str], str]) -> Chart:
    total = sum(tenths)
    low = sum(tenths[:3])
    return Chart(
        key="gpu-runs",
        title=_("Jobs by how busy their GPUs were"),
        summary=_("%(low)d of %(total)d jobs kept their GPUs busy for less than 30 %% of the time.")
        % {"low": low, "total": total},
        heading=_("Busy"),
        points=tuple(
            f"{100 // TENTHS * tenth}–{100 // TENTHS * (tenth + 1)} %" for tenth in range(TENTHS)
        ),
        series=(Series(_("jobs"), tuple(float(count) for count in tenths)),),
        unit=_("jobs"),
        decimals=0,
        csv_url=csv_url("gpu-runs"),
    )


def _by_point(days: Mapping[date, GpuSums], time: TimeRange) -> dict[date, GpuSums]:
    found: dict[date, GpuSums] = {}
    for day, sums in days.items():
        found.setdefault(time.start_of(day), GpuSums()).add(sums)
    return found


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / SECONDS_AN_HOUR
