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
    pools = outlook.pools
    return Chart(
        key="outlook-pools",
        title=_("What it takes from the pools"),
        summary=_("GPU-hours that are granted from each pool, this award, and what is left then."),
        heading=_("Pool"),
        points=tuple(pool.name for pool in pools),
        series=(
            Series(_("granted"), tuple(p.granted_hours for p in pools), stack="pool", colour=6),
            Series(_("this award"), tuple(p.award_hours for p in pools), stack="pool", colour=1),
            Series(_("left"), tuple(p.free_hours for p in pools), stack="pool", colour=0),
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
