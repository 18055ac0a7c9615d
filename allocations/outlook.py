"""What an award would do to each pool and site over its period: shown before it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import F, FloatField, QuerySet, Sum, Value
from django.db.models.functions import Cast, Greatest

from allocations.aid_received import AidReceived
from allocations.award_means import AwardMeans
from allocations.models import Allocation, Application, DailyCapacity, Site, SiteDay
from allocations.pool_rooms import OpenPools, drawn_minutes
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


def outlook_of(
    application: Application, hours: Mapping[Site, int], today: date, means: AwardMeans
) -> Outlook:
    """What granting these hours would do."""
    ends_on = last_day(today, application.months or 1)
    sites = list(hours)
    return Outlook(
        ends_on=ends_on,
        pools=_pools(application, hours, means.pools),
        sites=_sites(hours, sites, today, (ends_on - today).days + 1),
        aid=_aid(hours, means.aid),
    )


def _pools(
    application: Application, hours: Mapping[Site, int], pools: OpenPools
) -> list[PoolOutlook]:
    left = {site.pk: count * MINUTES_AN_HOUR for site, count in hours.items()}
    shown = []
    for pool in pools.of_track(application.track_id):
        granted = drawn_minutes(pools.drawn, pool)
        part = min(left[pool.site_id], max(pool.gpu_minutes - granted, 0))
        left[pool.site_id] -= part
        minutes = (pool.gpu_minutes, granted, part)
        shown.append(PoolOutlook(pool.name, *(one / MINUTES_AN_HOUR for one in minutes)))
    return shown


def _sites(
    hours: Mapping[Site, int], sites: list[Site], today: date, days: int
) -> list[SiteOutlook]:
    figures = _read_figures(sites, today)
    shown = []
    for site in sites:
        is_known = has_accounting(site)
        found = figures.get(site.pk, _Figures())
        shown.append(
            SiteOutlook(
                name=site.name,
                used_hours=found.used / SECONDS_AN_HOUR if is_known else None,
                promised_hours=found.promised / SECONDS_AN_HOUR,
                forecast_hours=found.lately / USUAL_DAYS / SECONDS_AN_HOUR * days
                if is_known
                else None,
                award_hours=hours[site],
                capacity_hours=found.available / found.seen * HOURS_A_DAY * days
                if found.seen
                else None,
            )
        )
    return shown


@dataclass(frozen=True)
class _Figures:
    """Of one site in seconds, of GPUs but for the last."""

    used: float = 0
    """By the allocations that run today."""
    promised: float = 0
    """What these have left."""
    lately: float = 0
    """What everybody used in the usual days."""
    available: float = 0
    seen: float = 0
    """In these days, and for how long the site was watched."""


def _read_figures(sites: list[Site], today: date) -> dict[int, _Figures]:
    """By the key of the site, in one query."""
    since = today - timedelta(days=USUAL_DAYS)
    running = (
        Allocation.objects.current()
        .with_figures()
        .filter(site__in=sites, adopted_at=None, ends_on__gte=today)
    )
    left = F("granted_minutes") * SECONDS_A_MINUTE - F("used_seconds")
    days = SiteDay.objects.filter(site__in=sites, day__range=(since, today))
    watched = DailyCapacity.objects.filter(site__in=sites, day__gte=since)
    rows = _sums(running, used="used_seconds", promised=Greatest(left, 0)).union(
        _sums(days, lately="gpu_seconds"),
        _sums(watched, available="available_gpu_seconds", seen="seen_seconds"),
        all=True,
    )
    found: dict[int, _Figures] = {}
    for site, *row in rows:
        named = zip(_COLUMNS, row, strict=True)
        told = {name: value for name, value in named if value is not None}
        found[site] = replace(found.get(site, _Figures()), **told)
    return found


_COLUMNS = tuple(field.name for field in fields(_Figures))


def _sums(rows: QuerySet[Any], **columns: Any) -> QuerySet[Any, Any]:
    """The sums of some figures by site, in their columns; the others are unknown here."""
    sums = (
        Cast(Sum(columns[name]) if name in columns else Value(None), FloatField())
        for name in _COLUMNS
    )
    return rows.order_by().values("site").values_list("site", *sums)


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
