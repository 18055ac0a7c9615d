"""Which files of the front-end packages the portal serves."""

from typing import cast

from django.apps import apps
from django.contrib.staticfiles.apps import StaticFilesConfig

# Builds of Apache ECharts that no page loads, and their maps: fifty megabytes.
NOT_SERVED = (
    "echarts.js*",
    "echarts.min.js",
    "echarts.esm*",
    "echarts.simple*",
    "echarts.common.js*",
)


def leave_out_unused_builds() -> None:
    """Let collectstatic take of the front-end packages only what pages load."""
    config = cast("StaticFilesConfig", apps.get_app_config("staticfiles"))
    config.ignore_patterns = [*StaticFilesConfig.ignore_patterns, *NOT_SERVED]
