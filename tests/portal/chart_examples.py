"""A chart with everything that a chart can have."""

from datetime import date, timedelta

from portal.reports.charts import Band, Chart, Form, Mark, Series

DAYS = tuple(date(2026, 3, 26) + timedelta(days=number) for number in range(6))


def full_chart() -> Chart:
    """Stacked bars, a line with a gap, a forecast as a range, and a mark on a day."""
    return Chart(
        key="burn-down",
        title="What is left",
        summary="It fell from 90 to 40 GPU-hours.",
        heading="Day",
        points=DAYS,
        series=(
            Series("Zellik", (1234.5, 2, 3, 4, 5, 6), stack="use"),
            Series("<b>Mallory</b>", (3, 2, None, 0, 1, 1), stack="use"),
            Series("=Left", (9, 8, None, 6, None, None), Form.LINE),
            Series("Low", (None, None, None, 6, 4, 2), Form.DASHES),
            Series("High", (None, None, None, 6, 5, 4), Form.DASHES),
        ),
        unit="GPU-hours",
        bands=(Band("Low", "High"),),
        mark=Mark(DAYS[3], "today"),
        csv_url="?format=csv",
    )


def empty_chart() -> Chart:
    """A chart of which nothing is known."""
    return Chart(
        key="none",
        title="Nothing",
        summary="No site has reported.",
        heading="Day",
        points=DAYS,
        series=(Series("Zellik", (None,) * len(DAYS)),),
        unit="GPU-hours",
    )
