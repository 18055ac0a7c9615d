"""Charts in templates, by `parts/chart.html`."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from portal.reports.chart_option import chart_option
from portal.reports.chart_table import table_of
from portal.reports.charts import Chart

register = template.Library()


@register.filter
def drawing(chart: Chart) -> dict[str, Any]:
    """What `charts.js` draws."""
    return {"option": chart_option(chart), "decimals": chart.decimals}


@register.filter
def chart_table(chart: Chart) -> SafeString:
    """The rows of the chart's table."""
    return table_of(chart)
