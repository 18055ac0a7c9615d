"""What an award would do to each pool and site over its period: shown before it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import FloatField, Sum, Value
from django.db.models.functions import Cast

from accounts.models import organisations_of_undertaking
from allocations.aid_received import aid_of
from allocations.models import (
    Allocation,
    Application,
    DailyCapacity,
    Pool,
    Site,
    SiteDay,
    UnitPrice,
)
from allocations.pool_rooms import drawn_minutes, read_drawn
from allocations.rules.aid import counted_cents, room_cents, value_cents
from allocations.rules.calendar import last_day
from allocations.rules.units import MINUTES_AN_HOUR, SECONDS_A_MINUTE, SECONDS_AN_HOUR
from allocations.site_overview import has_accounting

USUAL_DAYS = 28
HOURS_A_DAY = 24


@dataclass(frozen=True)
class PoolOutlook:
    """One pool: what it has, what is granted of it, and this award."""

    name: str
    hours: float
    granted_hours: float
    award_hours: float

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


def outlook_of(application: Application, hours: Mapping[Site, int], today: date) -> Outlook:
    """What granting these hours would do."""
    ends_on = last_day(today, application.months or 1)
    sites = list(hours)
    return Outlook(
        ends_on=ends_on,
        pools=_pools(application, hours, today),
        sites=_sites(hours, sites, today, (ends_on - today).days + 1),
        aid=_aid(application, hours, today),
    )


def _pools(application: Application, hours: Mapping[Site, int], today: date) -> list[PoolOutlook]:
    found = Pool.objects.open_on(today).filter(site__in=list(hours), tracks=application.track_id)
    pools = list(found)
    drawn = read_drawn(pools)
    left = {site.pk: count * MINUTES_AN_HOUR for site, count in hours.items()}
    shown = []
    for pool in pools:
        granted = drawn_minutes(drawn, pool)
        part = min(left[pool.site_id], max(pool.gpu_minutes - granted, 0))
        left[pool.site_id] -= part
        minutes = (pool.gpu_minutes, granted, part)
        shown.append(PoolOutlook(pool.name, *(one / MINUTES_AN_HOUR for one in minutes)))
    return shown


def _sites(
    hours: Mapping[Site, int], sites: list[Site], today: date, days: int
) -> list[SiteOutlook]:
    since = today - timedelta(days=USUAL_DAYS)
    used, promised = _open_allocations(sites, today)
    usual, heard = _recent_days(sites, since, today)
    shown = []
    for site in sites:
        is_known = has_accounting(site)
        available, seen = heard.get(site.pk, (0, 0))
        a_day = usual.get(site.pk, 0) / USUAL_DAYS / SECONDS_AN_HOUR
        shown.append(
            SiteOutlook(
                name=site.name,
                used_hours=used.get(site.pk, 0) / SECONDS_AN_HOUR if is_known else None,
                promised_hours=promised.get(site.pk, 0) / SECONDS_AN_HOUR,
                forecast_hours=a_day * days if is_known else None,
                award_hours=hours[site],
                capacity_hours=available / seen * HOURS_A_DAY * days if seen else None,
            )
        )
    return shown


def _recent_days(
    sites: list[Site], since: date, today: date
) -> tuple[dict[int, float], dict[int, tuple[float, float]]]:
    """By site the GPU-seconds that were used, and those available with the seconds of watching."""
    used, available, seen = (
        Cast(Sum(column), FloatField())
        for column in ("gpu_seconds", "available_gpu_seconds", "seen_seconds")
    )
    none = Value(None, FloatField())
    days = SiteDay.objects.filter(site__in=sites, day__range=(since, today)).order_by()
    watched = DailyCapacity.objects.filter(site__in=sites, day__gte=since).order_by()
    rows = list(
        days.values("site")
        .values_list("site", used, none, none)
        .union(watched.values("site").values_list("site", none, available, seen), all=True)
    )
    return (
        {site: seconds for site, seconds, _available, _seen in rows if seconds is not None},
        {site: (given, span) for site, _used, given, span in rows if span is not None},
    )


def _open_allocations(sites: list[Site], today: date) -> tuple[dict[int, int], dict[int, int]]:
    """GPU-seconds that running allocations used, and have left, by site."""
    used: dict[int, int] = {}
    promised: dict[int, int] = {}
    running = (
        Allocation.objects.current()
        .with_figures()
        .filter(site__in=sites, adopted_at=None, ends_on__gte=today)
    )
    for allocation in running:
        site, seconds = allocation.site_id, allocation.used_seconds
        left = max(allocation.granted_minutes * SECONDS_A_MINUTE - seconds, 0)
        used[site] = used.get(site, 0) + seconds
        promised[site] = promised.get(site, 0) + left
    return used, promised


def _aid(application: Application, hours: Mapping[Site, int], today: date) -> AidOutlook | None:
    if application.organisation is None or not application.is_economic:
        return None
    prices = dict(UnitPrice.objects.on(today).values_list("site", "cents_per_gpu_hour"))
    aids = aid_of(organisations_of_undertaking(application.organisation))
    values = [
        value_cents(count * MINUTES_AN_HOUR, prices[site.pk])
        for site, count in hours.items()
        if site.pk in prices
    ]
    return AidOutlook(
        value_cents=sum(values) if len(values) == len(hours) else None,
        had_cents=counted_cents(aids, today),
        room_cents=room_cents(aids, today),
    )
