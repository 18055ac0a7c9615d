"""Charts in templates, by `parts/chart.html`."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.reports.chart_option import chart_option
from portal.reports.chart_table import table_of
from portal.reports.charts import Chart
from portal.reports.outlook_charts import outlook_charts
from portal.reports.score_charts import score_chart
from portal.reports.usage_charts import shown_wait

register = template.Library()

register.filter("outlook_charts", outlook_charts)
register.filter("score_chart", score_chart)


@register.filter
def drawing(chart: Chart) -> dict[str, Any]:
    """What `charts.js` draws."""
    return {"option": chart_option(chart), "decimals": chart.decimals}


@register.filter
def chart_table(chart: Chart) -> SafeString:
    """The rows of the chart's table."""
    return table_of(chart.table or chart)


@register.filter
def wait(seconds: float | None) -> str:
    """A wait as people say it; None is “no data”."""
    return _("no data") if seconds is None else shown_wait(seconds)
