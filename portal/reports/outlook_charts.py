"""What an award would do to pools and sites, as pictures with their tables."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from allocations.outlook import Outlook
from portal.reports.charts import Chart, Form, Series


def outlook_charts(outlook: Outlook) -> list[Chart]:
    """One picture of the pools, if there are any, and one of the sites."""
    return list(_charts(outlook))


def _charts(outlook: Outlook) -> Iterator[Chart]:
    if outlook.pools:
        yield _pools_chart(outlook)
    if outlook.sites:
        yield _sites_chart(outlook)


def _pools_chart(outlook: Outlook) -> Chart:
    """Bars that end where the pool does, or what a quota lets such organisations have of it."""
    pools = outlook.pools
    parts = (
        (_("used"), 0, [pool.used_hours for pool in pools]),
        (_("forecast use"), 2, [pool.forecast_hours for pool in pools]),
        (_("granted, no use expected"), 1, [pool.idle_hours for pool in pools]),
        (_("this award"), 3, [pool.award_hours for pool in pools]),
        (_("left"), 4, [pool.free_hours for pool in pools]),
    )
    return Chart(
        key="outlook-pools",
        title=_("What it takes from the pools"),
        summary=_(
            "Of each pool, and of what a quota lets such organisations have of it: GPU-hours that"
            " earlier awards used, will use until %(day)s if they go on as in the last four weeks,"
            " and have beside that; this award; and what is left then."
        )
        % {"day": date_format(outlook.ends_on, "SHORT_DATE_FORMAT")},
        heading=_("Pool or quota"),
        points=tuple(f"{pool.name}: {pool.quota}" if pool.quota else pool.name for pool in pools),
        series=tuple(
            Series(name, tuple(figures), stack="pool", colour=colour)
            for name, colour, figures in parts
        ),
        unit=_("GPU-hours"),
        is_lying=True,
    )


def _sites_chart(outlook: Outlook) -> Chart:
    sites = outlook.sites
    return Chart(
        key="outlook-sites",
        title=_("What it adds at the sites"),
        summary=_(
            "Until %(day)s: what running projects used and have left, what they will use if they"
            " go on as in the last four weeks, this award, and what the GPUs can give."
        )
        % {"day": date_format(outlook.ends_on, "SHORT_DATE_FORMAT")},
        heading=_("Site"),
        points=tuple(site.name for site in sites),
        series=(
            Series(_("used"), tuple(site.used_hours for site in sites)),
            Series(_("granted and not used"), tuple(site.promised_hours for site in sites)),
            Series(_("forecast use"), tuple(site.forecast_hours for site in sites), Form.BAR),
            Series(_("this award"), tuple(site.award_hours for site in sites)),
            Series(_("capacity"), tuple(site.capacity_hours for site in sites)),
        ),
        unit=_("GPU-hours"),
        is_lying=True,
    )
