"""What staff enter about pools: the pools themselves, quotas, and unit prices."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, action
from accounts.numbers import grouped
from allocations.actions.wait_list import hours_returned
from allocations.errors import RefusedError
from allocations.models import Pool, Quota, Site, Track, UnitPrice
from allocations.pool_rooms import drawn_minutes, read_drawn
from allocations.rules.units import MINUTES_AN_HOUR


@dataclass(frozen=True)
class PoolTerms:
    """What can be said of a pool at any time; its site is for good."""

    name: str
    funder: str
    starts_on: date
    ends_on: date
    gpu_hours: int
    tracks: Collection[Track]


@action
def add_pool(*, site: Site, terms: PoolTerms, actor: Actor) -> Pool:
    """A pool from which awards at a site are taken from its first day on."""
    pool = Pool(site=site)
    _store(pool, terms)
    hours_returned()
    return pool


@action
def change_pool(*, pool_id: int, terms: PoolTerms, actor: Actor) -> Pool:
    """Say something else of a pool; never less than what was taken from it."""
    pool = Pool.objects.select_for_update().get(pk=pool_id)
    drawn = drawn_minutes(read_drawn([pool]), pool)
    if terms.gpu_hours * MINUTES_AN_HOUR < drawn:
        raise RefusedError(
            _("%(hours)s GPU-hours are granted from it already.")
            % {"hours": grouped(-(-drawn // MINUTES_AN_HOUR))},
            field="gpu_hours",
        )
    _store(pool, terms)
    hours_returned()
    return pool


@action
def set_quota(*, quota: Quota, percent: int, valid_from: date, actor: Actor) -> Quota:
    """Another share for whom a quota holds, from a day on; what was granted stays."""
    _refuse_past(valid_from)
    return Quota.objects.create(
        code=quota.code,
        name=quota.name,
        organisation_kinds=quota.organisation_kinds,
        track_codes=quota.track_codes,
        percent=percent,
        valid_from=valid_from,
    )


@action
def set_unit_price(
    *, site: Site, cents_per_gpu_hour: int, valid_from: date, actor: Actor
) -> UnitPrice:
    """What a GPU-hour at a site is worth from a day on; what was granted keeps its value."""
    _refuse_past(valid_from)
    return UnitPrice.objects.create(
        site=site, cents_per_gpu_hour=cents_per_gpu_hour, valid_from=valid_from
    )


def _store(pool: Pool, terms: PoolTerms) -> None:
    if terms.starts_on > terms.ends_on:
        raise RefusedError(_("The last day is before the first."), field="ends_on")
    pool.name, pool.funder, pool.gpu_hours = terms.name, terms.funder, terms.gpu_hours
    pool.starts_on, pool.ends_on = terms.starts_on, terms.ends_on
    pool.save()
    pool.tracks.set(terms.tracks)


def _refuse_past(day: date) -> None:
    if day < timezone.localdate():
        raise RefusedError(_("Choose today or a day to come."), field="valid_from")
