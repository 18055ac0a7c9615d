"""Charts as SVG for reports on paper, drawn by Apache ECharts under node.

It starts a program and takes a second: for the worker, never for a page.
"""

import json
import subprocess
from collections.abc import Sequence
from shutil import which

from django.conf import settings
from django.utils.translation import get_language

from portal.reports.chart_option import chart_option
from portal.reports.charts import Chart

PROGRAM = settings.BASE_DIR / "portal" / "frontend" / "draw_charts.mjs"
TIMEOUT_SECONDS = 60


class ChartDrawingError(Exception):
    """No chart could be drawn: node or the front-end packages are missing, or it took too long."""


def charts_as_svg(charts: Sequence[Chart], *, width: int, height: int) -> list[str]:
    """Each chart as one SVG document of this size in pixels, by one run of the program."""
    node = which("node")
    if node is None:
        raise ChartDrawingError("node is not installed on this host; it draws charts for reports")
    wanted = {
        "language": get_language() or settings.LANGUAGE_CODE,
        "width": width,
        "height": height,
        "charts": [{"option": chart_option(chart), "decimals": chart.decimals} for chart in charts],
    }
    try:
        # The worker may not make code at run time, so node interprets.
        ended = subprocess.run(  # noqa: S603  # a list of arguments, none of them from outside
            [node, "--jitless", str(PROGRAM)],
            input=json.dumps(wanted),
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise ChartDrawingError(f"drawing took over {TIMEOUT_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        raise ChartDrawingError(f"drawing failed: {error.stderr.strip()[-500:]}") from error
    drawn: list[str] = json.loads(ended.stdout)
    return drawn
