"""What an award would do to each pool and site over its period: shown before it is made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from allocations.aid_received import AidReceived
from allocations.award_means import AwardMeans
from allocations.models import Application, Quota, Site
from allocations.outlook_figures import USUAL_DAYS, PoolUse, SiteFigures, read_outlook_figures
from allocations.pool_rooms import OpenPools, drawn_minutes
from allocations.rules.aid import counted_cents, room_cents, value_cents
from allocations.rules.calendar import last_day
from allocations.rules.pools import quota_minutes
from allocations.rules.units import MINUTES_AN_HOUR, SECONDS_AN_HOUR
from allocations.site_overview import has_accounting

HOURS_A_DAY = 24


@dataclass(frozen=True)
class PoolOutlook:
    """One pool, or what a quota lets some have of it: granted until now, and this award."""

    name: str
    quota: str
    """The quota's name; nothing for the whole pool."""
    hours: float
    granted_hours: float
    """By awards before this one, to those for whom the quota holds."""
    used_hours: float | None
    """Of what is granted; None is no data."""
    forecast_hours: float | None
    """What they use more until the award's last day, or their own, if they go on as lately."""
    award_hours: float

    @property
    def idle_hours(self) -> float:
        """What is granted, not used, and not expected to be; all that is granted without data."""
        used = (self.used_hours or 0) + (self.forecast_hours or 0)
        return max(self.granted_hours - used, 0)

    @property
    def free_hours(self) -> float:
        """What would be left."""
        return max(self.hours - self.granted_hours - self.award_hours, 0)


@dataclass(frozen=True)
class SiteOutlook:
    """One site over the period of the award; None is no data."""

    name: str
    used_hours: float | None
    """By the projects that may submit there now."""
    promised_hours: float
    """Granted to them, and not used yet."""
    forecast_hours: float | None
    """What the site's projects use until the award's last day, if they go on as in four weeks."""
    award_hours: float
    capacity_hours: float | None
    """What the site's GPUs give until then, as available as in four weeks."""


@dataclass(frozen=True)
class AidOutlook:
    """The award as aid; the value is None where a site has no price."""

    value_cents: int | None
    had_cents: int
    room_cents: int


@dataclass(frozen=True)
class Outlook:
    """All of it, until the last day of the award."""

    ends_on: date
    pools: Sequence[PoolOutlook]
    sites: Sequence[SiteOutlook]
    aid: AidOutlook | None


def outlook_of(
    application: Application, hours: Mapping[Site, int], today: date, means: AwardMeans
) -> Outlook:
    """What granting these hours would do."""
    ends_on = last_day(today, application.months or 1)
    pools = means.pools.of_track(application.track_id)
    figures = read_outlook_figures(hours, pools, today, ends_on)
    return Outlook(
        ends_on=ends_on,
        pools=list(_pools(application, hours, means.pools, figures.pools)),
        sites=_sites(hours, figures.sites, (ends_on - today).days + 1),
        aid=_aid(hours, means.aid),
    )


def _pools(
    application: Application, hours: Mapping[Site, int], pools: OpenPools, use: Sequence[PoolUse]
) -> Iterator[PoolOutlook]:
    """Each pool of the track, and under it each quota that holds for this award."""
    organisation = application.organisation
    kind = organisation.kind if organisation else ""
    quotas = pools.quotas_of(organisation_kind=kind, track_code=application.track.code)
    known = {site.pk for site in hours if has_accounting(site)}
    left = {site.pk: count * MINUTES_AN_HOUR for site, count in hours.items()}
    for pool in pools.of_track(application.track_id):
        room = pools.room(pool, quotas)
        part = min(left[pool.site_id], room.most_minutes)
        left[pool.site_id] -= part
        for quota in (None, *quotas):
            rows = [row for row in use if row.pool_id == pool.pk and _holds_for(quota, row)]
            most = quota_minutes(pool.gpu_minutes, quota.percent) if quota else pool.gpu_minutes
            is_known = pool.site_id in known
            yield PoolOutlook(
                name=pool.name,
                quota=f"{quota.shown_name}, {quota.percent} %" if quota else "",
                hours=most / MINUTES_AN_HOUR,
                granted_hours=drawn_minutes(pools.drawn, pool, quota) / MINUTES_AN_HOUR,
                used_hours=sum(row.used for row in rows) / SECONDS_AN_HOUR if is_known else None,
                forecast_hours=sum(row.forecast for row in rows) / SECONDS_AN_HOUR
                if is_known
                else None,
                award_hours=part / MINUTES_AN_HOUR,
            )


def _holds_for(quota: Quota | None, row: PoolUse) -> bool:
    return quota is None or quota.holds_for(
        organisation_kind=row.organisation_kind, track_code=row.track_code
    )


def _sites(
    hours: Mapping[Site, int], figures: Mapping[int, SiteFigures], days: int
) -> list[SiteOutlook]:
    shown = []
    for site, count in hours.items():
        is_known = has_accounting(site)
        found = figures.get(site.pk, SiteFigures())
        shown.append(
            SiteOutlook(
                name=site.name,
                used_hours=found.used / SECONDS_AN_HOUR if is_known else None,
                promised_hours=found.promised / SECONDS_AN_HOUR,
                forecast_hours=found.lately / USUAL_DAYS / SECONDS_AN_HOUR * days
                if is_known
                else None,
                award_hours=count,
                capacity_hours=found.available / found.seen * HOURS_A_DAY * days
                if found.seen
                else None,
            )
        )
    return shown


def _aid(hours: Mapping[Site, int], received: AidReceived | None) -> AidOutlook | None:
    if received is None:
        return None
    values = [
        value_cents(count * MINUTES_AN_HOUR, received.prices[site.pk])
        for site, count in hours.items()
        if site.pk in received.prices
    ]
    return AidOutlook(
        value_cents=sum(values) if len(values) == len(hours) else None,
        had_cents=counted_cents(received.aids, received.day),
        room_cents=room_cents(received.aids, received.day),
    )
