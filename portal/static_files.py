"""Which files of the front-end packages the portal serves."""

from typing import cast

from django.apps import apps
from django.contrib.staticfiles.apps import StaticFilesConfig

# Builds that no page loads, their maps, and the pages of documentation that Django Ninja brings.
# What is collected is compressed, and that would take minutes.
NOT_SERVED = (
    *("bootstrap.css*", "bootstrap.js*", "bootstrap.min.js*", "bootstrap.bundle.js*"),
    *("bootstrap.esm*", "bootstrap.rtl*", "bootstrap-[gru]*"),
    *("bootstrap-icons.css", "bootstrap-icons.json", "bootstrap-icons.scss"),
    *("echarts.js*", "echarts.min.js", "echarts.esm*", "echarts.simple*", "echarts.common.js*"),
    *("htmx.js", "htmx.amd.js", "htmx.cjs.js", "htmx.esm.js", "htmx-[24]*", "htmax-*"),
    *("swagger-ui*", "redoc*"),
)


def leave_out_unused_builds() -> None:
    """Let collectstatic take of the front-end packages only what pages load."""
    config = cast("StaticFilesConfig", apps.get_app_config("staticfiles"))
    config.ignore_patterns = [*StaticFilesConfig.ignore_patterns, *NOT_SERVED]
