"""Charts of use, waits and outcomes that more than one page has."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeAlias

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from allocations.rules.units import SECONDS_AN_HOUR
from allocations.tables.jobs import job_state
from allocations.tables.words import shown_hours
from portal.reports.charts import Chart, Figure, Form, Series
from portal.reports.project_figures import ByPoint
from portal.reports.ranges import TimeRange, step_words
from portal.reports.waits import wait_at

SECONDS_A_MINUTE = 60

ReadUntil: TypeAlias = Callable[[str], date | None]
"""Up to which day the figures of a name are known; None: never."""


def use_chart(
    by_name: Mapping[str, ByPoint],
    time: TimeRange,
    *,
    key: str,
    title: str,
    most: int,
    read_until: ReadUntil,
    csv_url: str,
) -> Chart:
    """GPU-hours by bar, each name a part of it; what is beyond `most` names is summed up."""
    points = time.points
    shown = _with_rest(by_name, most)
    total = sum(sum(found.values()) for found in shown.values())
    series = tuple(
        Series(name, _hours(found, points, read_until(name)), stack="use")
        for name, found in shown.items()
    )
    return Chart(
        key=key,
        title=title,
        summary=_words_of_use(shown, total),
        heading=str(step_words(time.step)),
        points=points,
        series=series,
        unit=_("GPU-hours"),
        csv_url=csv_url,
    )


def waits_chart(waits: Mapping[date, Mapping[int, int]], time: TimeRange, *, csv_url: str) -> Chart:
    """How long half and nine tenths of the jobs waited at most, by when they began."""
    points = time.points
    everything = _all_of(waits)
    half, most = wait_at(0.5, everything), wait_at(0.9, everything)
    if half is None or most is None:
        summary = _("No job began.")
    else:
        summary = _("Half of the jobs began within %(half)s, nine tenths within %(most)s.") % {
            "half": shown_wait(half),
            "most": shown_wait(most),
        }
    return Chart(
        key="waits",
        title=_("Waiting in the queue"),
        summary=summary,
        heading=str(step_words(time.step)),
        points=points,
        series=(
            Series(_("half waited less"), _minutes(waits, points, 0.5), Form.LINE),
            Series(_("nine tenths waited less"), _minutes(waits, points, 0.9), Form.LINE),
        ),
        unit=_("minutes"),
        csv_url=csv_url,
    )


def outcomes_chart(
    jobs_by_state: Mapping[str, ByPoint], time: TimeRange, *, until: date | None, csv_url: str
) -> Chart:
    """How jobs ended, by when they did."""
    points = time.points
    total = sum(sum(found.values()) for found in jobs_by_state.values())
    completed = sum(jobs_by_state.get("COMPLETED", {}).values())
    return Chart(
        key="outcomes",
        title=_("How jobs ended"),
        summary=_("%(completed)d of %(total)d jobs completed.")
        % {"completed": completed, "total": total}
        if total
        else _("No job ended."),
        heading=str(step_words(time.step)),
        points=points,
        series=tuple(
            Series(job_state(state), _known(found, points, until), stack="jobs")
            for state, found in jobs_by_state.items()
        ),
        unit=_("jobs"),
        decimals=0,
        csv_url=csv_url,
    )


def shown_wait(seconds: float) -> str:
    """A wait as people say it: “under a minute”, “12 minutes”, “3.4 hours”, “2.1 days”."""
    if seconds < SECONDS_A_MINUTE:
        return _("a minute")
    if seconds < 2 * SECONDS_AN_HOUR:
        return _("%(count)d minutes") % {"count": round(seconds / SECONDS_A_MINUTE)}
    if seconds < 48 * SECONDS_AN_HOUR:
        return _("%(count)s hours") % {"count": number_format(seconds / SECONDS_AN_HOUR, 1)}
    return _("%(count)s days") % {"count": number_format(seconds / SECONDS_AN_HOUR / 24, 1)}


def _with_rest(by_name: Mapping[str, ByPoint], most: int) -> dict[str, ByPoint]:
    names = list(by_name)
    shown = {name: by_name[name] for name in names[:most]}
    rest: ByPoint = {}
    for name in names[most:]:
        for point, seconds in by_name[name].items():
            rest[point] = rest.get(point, 0) + seconds
    if rest:
        shown[_("%(count)d others") % {"count": len(names) - most}] = rest
    return shown


def _words_of_use(shown: Mapping[str, ByPoint], total: int) -> str:
    if not total:
        return _("Nothing was used.")
    parts = [
        _("%(name)s %(percent)d %%")
        % {"name": name, "percent": round(100 * sum(found.values()) / total)}
        for name, found in shown.items()
    ]
    return _("%(hours)s GPU-hours in all: %(parts)s.") % {
        "hours": shown_hours(total),
        "parts": ", ".join(parts),
    }


def _hours(found: ByPoint, points: tuple[date, ...], until: date | None) -> tuple[Figure, ...]:
    known = _known(found, points, until)
    return tuple(None if figure is None else figure / SECONDS_AN_HOUR for figure in known)


def _known(found: ByPoint, points: tuple[date, ...], until: date | None) -> tuple[Figure, ...]:
    """Nothing is 0 up to the day until which the accounting was read, and no data after it."""
    return tuple(
        found.get(point, 0 if until is not None and point <= until else None) for point in points
    )


def _minutes(
    waits: Mapping[date, Mapping[int, int]], points: tuple[date, ...], share: float
) -> tuple[Figure, ...]:
    found = (wait_at(share, waits.get(point, {})) for point in points)
    return tuple(None if seconds is None else seconds / SECONDS_A_MINUTE for seconds in found)


def _all_of(waits: Mapping[date, Mapping[int, int]]) -> dict[int, int]:
    total: dict[int, int] = {}
    for found in waits.values():
        for bucket, jobs in found.items():
            total[bucket] = total.get(bucket, 0) + jobs
    return total
