"""The programme's charts: what was granted and used, and what was asked for and decided."""

from django.utils.translation import gettext as _

from portal.programme.figures import Programme
from portal.programme.selection import Division
from portal.programme.values import Number
from portal.reports.charts import Chart, Series


def programme_charts(found: Programme) -> list[Chart]:
    """Two charts over the parts of the division."""
    heading = str(found.selection.by.label)
    points = tuple(part.name for part in found.parts)
    # Long names need the room that lying bars leave.
    is_lying = found.selection.by not in (Division.MONTH, Division.SITE)
    return [
        Chart(
            key="gpu-hours",
            title=_("GPU-hours granted and used"),
            summary=_("What was granted in the period, and what jobs used in it."),
            heading=heading,
            points=points,
            series=(
                Series(_("Granted"), _figures(found, "granted")),
                Series(_("Used"), _figures(found, "used")),
            ),
            unit=_("GPU-h"),
            is_lying=is_lying,
        ),
        Chart(
            key="access",
            title=_("Applications and decisions"),
            summary=_("Applications handed in, and decisions made, in the period."),
            heading=heading,
            points=points,
            series=(
                Series(_("Applications"), _figures(found, "applications")),
                Series(_("Decisions"), _figures(found, "decisions")),
            ),
            unit="",
            decimals=0,
            is_lying=is_lying,
        ),
    ]


def _figures(found: Programme, key: str) -> tuple[Number, ...]:
    return tuple(found.value(key, part.key).number for part in found.parts)
