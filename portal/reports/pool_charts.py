"""Pools against their quotas, for the staff's overview."""

from datetime import date

from django.utils.translation import gettext as _

from allocations.models import Pool, Quota
from allocations.pool_rooms import drawn_minutes, read_drawn
from allocations.rules.pools import quota_minutes
from allocations.rules.units import MINUTES_AN_HOUR
from portal.reports.charts import Chart, Series


def pool_charts(today: date, *, pools_csv: str, quotas_csv: str) -> list[Chart]:
    """What is granted of each open pool, and of each of its quotas, in four queries."""
    pools = list(Pool.objects.open_on(today).select_related("site"))
    quotas = list(Quota.objects.on(today))
    drawn = read_drawn(pools)
    granted = [drawn_minutes(drawn, pool) for pool in pools]
    left = [pool.gpu_minutes - minutes for pool, minutes in zip(pools, granted, strict=True)]
    rows = [
        (
            f"{pool}: {quota.shown_name}",
            drawn_minutes(drawn, pool, quota),
            quota_minutes(pool.gpu_minutes, quota.percent),
        )
        for pool in pools
        for quota in quotas
    ]
    return [
        Chart(
            key="pools",
            title=_("Pools"),
            summary=_("GPU-hours of each pool that is open today, granted and left."),
            heading=_("Pool"),
            points=tuple(str(pool) for pool in pools),
            series=(
                Series(_("granted"), _hours(granted), stack="pool", colour=6),
                Series(_("left"), _hours(left), stack="pool", colour=0),
            ),
            unit=_("GPU-hours"),
            is_lying=True,
            csv_url=pools_csv,
        ),
        Chart(
            key="quotas",
            title=_("Pools against quotas"),
            summary=_("Of each open pool what those have for whom a quota holds, and its limit."),
            heading=_("Quota"),
            points=tuple(row[0] for row in rows),
            series=(
                Series(_("granted"), _hours([row[1] for row in rows]), colour=6),
                Series(_("at most"), _hours([row[2] for row in rows]), colour=1),
            ),
            unit=_("GPU-hours"),
            is_lying=True,
            csv_url=quotas_csv,
        ),
    ]


def _hours(minutes: list[int]) -> tuple[float, ...]:
    return tuple(one / MINUTES_AN_HOUR for one in minutes)
