"""Which files of the front-end packages the portal serves."""

from django.contrib.staticfiles.apps import StaticFilesConfig as DjangosStaticFilesConfig


class StaticFilesConfig(DjangosStaticFilesConfig):
    """Static files without the builds of Apache ECharts that no page loads: fifty megabytes."""

    ignore_patterns = [
        *DjangosStaticFilesConfig.ignore_patterns,
        "echarts.js*",
        "echarts.min.js",
        "echarts.esm*",
        "echarts.simple*",
        "echarts.common.js*",
    ]
