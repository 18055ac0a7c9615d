"""What reviewers say together, as a picture with its table."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from allocations.rules.consensus import Consensus
from portal.reports.charts import Chart, Series


def score_chart(lines: Sequence[Consensus]) -> Chart:
    """Lowest, mean and highest score of each criterion beside its threshold."""
    return Chart(
        key="scores",
        title=_("Scores"),
        summary=_(
            "For each criterion, from 0 to 5: the lowest score, the mean, the highest score,"
            " and the threshold of the track, which the mean must reach."
        ),
        heading=_("Criterion"),
        points=tuple(line.criterion.shown_name for line in lines),
        series=(
            Series(_("lowest"), tuple(line.lowest for line in lines), colour=0),
            Series(_("mean"), tuple(line.mean for line in lines), colour=1),
            Series(_("highest"), tuple(line.highest for line in lines), colour=2),
            Series(_("threshold"), tuple(line.criterion.threshold for line in lines), colour=6),
        ),
        unit="",
        decimals=2,
        is_lying=True,
    )
