"""Figures as people read them, on pages and in reports on paper."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.programme.figures import Named, Programme
from portal.programme.kpis import KPIS, TOPICS, Kpi, Unit
from portal.programme.values import Number

_DECIMALS = {Unit.COUNT: 0, Unit.GPU_HOURS: 1, Unit.PERCENT: 1, Unit.DAYS: 1, Unit.HOURS: 2}
_LEAST_SHOWN = 0.05


@dataclass(frozen=True)
class ShownKpi:
    """A figure with its value in words."""

    kpi: Kpi
    number: Number
    note: str = ""

    @property
    def text(self) -> str:
        """The number with its unit, or “no data”."""
        return shown_number(self.number, self.kpi.unit)


@dataclass(frozen=True)
class ShownTopic:
    """A heading and the figures below it."""

    key: str
    name: str | Promise
    kpis: list[ShownKpi]


def shown_topics(found: Programme, notes: dict[str, str]) -> list[ShownTopic]:
    """Every figure of the whole, under its heading."""
    return [
        ShownTopic(
            topic.value,
            name,
            [
                ShownKpi(kpi, found.number(kpi), notes.get(kpi.key, ""))
                for kpi in KPIS
                if kpi.topic == topic
            ],
        )
        for topic, name in TOPICS.items()
    ]


def shown_number(number: Number, unit: Unit) -> str:
    """A number with its unit; None is “no data”, and a little is not nothing."""
    if number is None:
        return _("no data")
    decimals = _DECIMALS.get(unit, 1)
    if unit == Unit.GPU_HOURS and 0 < number < _LEAST_SHOWN:
        return _("under 0.1 GPU-h")
    if unit == Unit.HOURS:
        return _shown_wait(number)
    figure = number_format(round(number, decimals), decimals, force_grouping=True)
    return _WITH_UNIT.get(unit, "%s") % figure


_WITH_UNIT = {
    Unit.GPU_HOURS: "%s GPU-h",
    Unit.PERCENT: "%s %%",
    Unit.DAYS: "%s d",
    Unit.KWH: "%s kWh",
    Unit.EURO: "%s €",
}
_SECONDS_AN_HOUR = 3600
_MINUTE = 60
_DAY_HOURS = 48


def _shown_wait(hours: float) -> str:
    seconds = hours * _SECONDS_AN_HOUR
    if seconds < 2 * _MINUTE:
        return _("%s s") % number_format(seconds, 0)
    if seconds < 2 * _SECONDS_AN_HOUR:
        return _("%s min") % number_format(seconds / _MINUTE, 0)
    if hours < _DAY_HOURS:
        return _("%s h") % number_format(hours, 1)
    return _("%s d") % number_format(hours / 24, 1)


@dataclass(frozen=True)
class ShownPart:
    """One row of the division's table."""

    name: str
    cells: list[str]
    named_cells: SafeString
    """The same for the page, each with the name of its column; built here, since there are many."""


DIVIDED = (
    "applications", "approval_rate", "inside_deadline", "organisations", "people",
    "granted", "used", "unspent", "failed", "wait_p50", "wait_p90", "occupancy",
)  # fmt: skip
"""What the table of parts shows; the files hold everything."""


def divided_kpis() -> list[Kpi]:
    """The columns of the table of parts."""
    return [kpi for key in DIVIDED for kpi in KPIS if kpi.key == key]


def shown_parts(found: Programme) -> list[ShownPart]:
    """A row for each part."""
    columns = divided_kpis()
    names = [str(kpi.name) for kpi in columns]
    return [_shown_part(found, part, columns, names) for part in found.parts]


_CELL = '<td class="figures text-lg-end" data-label="{}">{}</td>'


def _shown_part(found: Programme, part: Named, columns: list[Kpi], names: list[str]) -> ShownPart:
    cells = [shown_number(found.number(kpi, part.key), kpi.unit) for kpi in columns]
    named = format_html_join("", _CELL, zip(names, cells, strict=True))
    return ShownPart(part.name, cells, named)
