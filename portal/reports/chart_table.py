"""The very figures of a chart as a table, and as a file for a spreadsheet."""

import csv
from collections.abc import Iterator
from functools import lru_cache
from io import StringIO

from django.http import HttpResponse
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from allocations.rules.spreadsheets import safe_cell
from portal.reports.charts import Chart, Figure


def table_of(chart: Chart) -> SafeString:
    """The rows of the chart's table; built here, since there may be thousands of cells."""
    names = [conditional_escape(series.name) for series in chart.series]
    no_data = format_html('<em class="text-body-secondary">{}</em>', _("no data"))
    columns = [
        [_cell(figure, name, chart.decimals, no_data) for figure in series.figures]
        for name, series in zip(names, chart.series, strict=True)
    ]
    heading = conditional_escape(chart.heading)
    rows = [
        f'<tr><th scope="row" data-label="{heading}">{conditional_escape(label)}</th>'
        f"{''.join(cells)}</tr>"
        for label, *cells in zip(chart.labels, *columns, strict=True)
    ]
    head = "".join(f'<th scope="col" class="text-lg-end">{name}</th>' for name in names)
    return mark_safe(  # noqa: S308  # every name was escaped above
        f'<thead><tr><th scope="col">{heading}</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody>"
    )


def chart_as_csv(chart: Chart, *, filename: str) -> HttpResponse:
    """The chart's figures as CSV: days in ISO 8601, numbers in full, nothing where is no data."""
    text = StringIO()
    csv.writer(text).writerows(_lines(chart))
    return HttpResponse(
        # The mark tells spreadsheets that this is UTF-8.
        "\ufeff" + text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def _cell(figure: Figure, name: str, decimals: int, no_data: str) -> str:
    shown = no_data if figure is None else _shown(figure, decimals, get_language())
    return f'<td data-label="{name}" class="figures text-lg-end">{shown}</td>'


@lru_cache(maxsize=10_000)
def _shown(figure: float, decimals: int, language: str | None) -> str:
    """The number as it reads in a language: a table of minutes has the same ones over and over."""
    return str(number_format(figure, decimals, force_grouping=True))


def _lines(chart: Chart) -> Iterator[list[object]]:
    unit = f" ({chart.unit})" if chart.unit else ""
    names = [safe_cell(f"{series.name}{unit}") for series in chart.series]
    yield [safe_cell(chart.heading), *names]
    for place, point in enumerate(chart.points):
        figures = [series.figures[place] for series in chart.series]
        yield [safe_cell(str(point)), *("" if figure is None else figure for figure in figures)]
