"""The programme's figures on paper: a tagged PDF with cover, charts, tables and definitions."""

from base64 import b64encode

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.pdf import pdf_of
from portal.programme.figures import Programme
from portal.programme.kpis import KPIS
from portal.programme.pictures import programme_charts
from portal.programme.shown import divided_kpis, shown_parts, shown_topics
from portal.programme.views import quota_notes
from portal.reports.chart_svg import charts_as_svg

_CHART_WIDTH, _CHART_HEIGHT = 760, 330


def programme_as_pdf(found: Programme) -> bytes:
    """The report for a funder; it takes seconds: for the worker, never for a page."""
    charts = [chart for chart in programme_charts(found) if chart.has_data]
    drawn = charts_as_svg(charts, width=_CHART_WIDTH, height=_CHART_HEIGHT) if charts else []
    page = render_to_string(
        "exports/programme.html",
        {
            "found": found,
            "topics": shown_topics(found, quota_notes()),
            "columns": divided_kpis(),
            "parts": shown_parts(found),
            "charts": [(chart, _address(svg)) for chart, svg in zip(charts, drawn, strict=True)],
            "kpis": KPIS,
            "portal": settings.PUBLIC_URL,
            "computed_at": timezone.localtime(found.computed_at),
        },
    )
    return pdf_of(page)


def _address(svg: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
