"""A chart in the terms of Apache ECharts, as JSON: nothing of it is code.

Numbers are put into words where the chart is drawn, by `portal/static/belfry/charts.js`.
"""

from typing import Any

from portal.reports.charts import Band, Chart, Figure, Form, Series

# Okabe and Ito's colours, which people who see no red, green or blue can tell apart, the darker
# ones first. Patterns and the shapes of points say the same again, for a printer without colour.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#aa4499", "#56b4e9", "#e69f00", "#4d5663", "#f0e442")
SHAPES = ("circle", "rect", "triangle", "diamond")
INK = "#1d2b3a"
QUIET = "#4a5665"
LINE = "#d9e0e8"
NEAR_THE_AXIS = 6
FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"


def chart_option(chart: Chart) -> dict[str, Any]:
    """What `setOption` takes, and what the drawing program on the server reads."""
    points = {
        "type": "category",
        "data": chart.labels,
        "axisTick": {"alignWithLabel": True},
        "axisLine": {"lineStyle": {"color": QUIET}},
        "axisLabel": {"color": QUIET, "hideOverlap": True},
        "inverse": chart.is_lying,
    }
    figures = {
        "type": "value",
        "name": chart.unit,
        # At the end of a lying axis it would stand on the last number.
        "nameLocation": "middle" if chart.is_lying else "end",
        "nameGap": 26 if chart.is_lying else 15,
        "nameTextStyle": {"color": QUIET, "align": "center" if chart.is_lying else "left"},
        "axisLabel": {"color": QUIET, "hideOverlap": True},
        "splitLine": {"lineStyle": {"color": LINE}},
        "min": 0,
        # Where numbers are whole, there is no half of one on the axis.
        "minInterval": 0 if chart.decimals else 1,
    }
    return {
        # Nothing moves, so that nobody has to ask for it.
        "animation": False,
        "color": list(PALETTE),
        "textStyle": {"fontFamily": FONT, "color": INK},
        "aria": {"enabled": True, "label": {"enabled": False}, "decal": {"show": True}},
        "legend": {
            "show": len(chart.series) > 1,
            "data": [series.name for series in chart.series],
            "left": 0,
            "top": 0,
            "itemGap": 18,
            "textStyle": {"color": INK},
        },
        "grid": {
            # On paper letters are a little wider than node believes.
            "left": 28 if chart.is_lying else 8,
            "right": 16,
            "bottom": 30 if chart.is_lying else 8,
            "outerBoundsMode": "same",
            "outerBoundsContain": "axisLabel",
        },
        # Rich text needs no style of its own in the page, which the page's policy would refuse.
        "tooltip": {"trigger": "axis", "renderMode": "richText", "confine": True},
        "xAxis": figures if chart.is_lying else points,
        "yAxis": points if chart.is_lying else figures,
        "series": _all_series(chart),
    }


def _all_series(chart: Chart) -> list[dict[str, Any]]:
    drawn = [
        _series(series, place, mark=_mark(chart) if place == 0 else None)
        for place, series in enumerate(chart.series)
    ]
    by_name = {series.name: (place, series) for place, series in enumerate(chart.series)}
    for band in chart.bands:
        place, low = by_name[band.low]
        drawn += _band(band, low, by_name[band.high][1], colour=_colour(low, place))
    return drawn


def _series(series: Series, place: int, *, mark: dict[str, Any] | None) -> dict[str, Any]:
    colour = _colour(series, place)
    drawn: dict[str, Any] = {
        "name": series.name,
        "data": list(series.figures),
        "itemStyle": {"color": colour},
    }
    if series.stack:
        drawn["stack"] = series.stack
    if mark:
        drawn["markLine"] = mark
    if series.form is Form.BAR:
        return drawn | {
            "type": "bar",
            "barMaxWidth": 32,
            "itemStyle": {"color": colour, "borderColor": INK, "borderWidth": 0.5},
        }
    is_expected = series.form is Form.DASHES
    return drawn | {
        "type": "line",
        "connectNulls": False,
        "showAllSymbol": "auto",
        "symbol": SHAPES[place % len(SHAPES)],
        "symbolSize": 2 if is_expected else 5,
        "lineStyle": {"color": colour, "width": 2, "type": "dashed" if is_expected else "solid"},
    }


def _band(band: Band, low: Series, high: Series, *, colour: str) -> list[dict[str, Any]]:
    """The ground between two lines: one that is not seen, and upon it one that is filled."""
    name = f"{band.low}–{band.high}"
    ground: dict[str, Any] = {
        "type": "line",
        "stack": name,
        "stackStrategy": "all",
        "silent": True,
        "symbol": "none",
        "lineStyle": {"opacity": 0},
        "tooltip": {"show": False},
        "z": 1,
    }
    return [
        ground | {"name": f"{name} low", "data": list(low.figures)},
        ground
        | {
            "name": f"{name} high",
            "data": [_between(*pair) for pair in zip(low.figures, high.figures, strict=True)],
            "areaStyle": {"color": colour, "opacity": 0.18, "decal": {"symbol": "none"}},
        },
    ]


def _between(low: Figure, high: Figure) -> Figure:
    return None if low is None or high is None else high - low


def _colour(series: Series, place: int) -> str:
    return PALETTE[(place if series.colour is None else series.colour) % len(PALETTE)]


def _mark(chart: Chart) -> dict[str, Any] | None:
    if chart.mark is None:
        return None
    at = "yAxis" if chart.is_lying else "xAxis"
    place = chart.points.index(chart.mark.point)
    # Near the axis it stands above the axis's name, and not on it.
    is_near = place < len(chart.points) / NEAR_THE_AXIS
    return {
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": QUIET, "type": "dotted", "width": 1.5},
        "label": {"formatter": chart.mark.label, "color": INK, "distance": 20 if is_near else 5},
        "data": [{at: place}],
    }
