"""Takes what a ledger grants from the pools of its site. Call inside actions."""

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.numbers import grouped
from allocations.errors import RefusedError
from allocations.models import LedgerEntry, Pool, PoolDraw, Site, Track
from allocations.pool_rooms import OpenPools, read_open_pools
from allocations.rules.budgets import EntryKind
from allocations.rules.pools import ShortageError, give_back, take
from allocations.rules.units import MINUTES_AN_HOUR

DRAWING = frozenset(
    {EntryKind.AWARD, EntryKind.SUPPLEMENT, EntryKind.RENEWAL, EntryKind.TRANSFER_IN}
)
RETURNING = frozenset({EntryKind.REDUCTION, EntryKind.TRANSFER_OUT, EntryKind.LAPSE})


def lock_pools(sites: Collection[Site], day: date) -> None:
    """Lock the pools of these sites in one order, so that no two decisions take the same hours."""
    pools = Pool.objects.filter(site__in=sites, starts_on__lte=day, ends_on__gte=day)
    list(pools.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def settle_with_pools(entry: LedgerEntry) -> None:
    """Draw what an entry grants, or give back what it takes away; a refund moves nothing.

    What was lost to a fault was drawn once already.
    """
    if entry.kind in DRAWING:
        _draw(entry)
    elif entry.kind in RETURNING:
        _give_back(entry)


def draws_of(
    minutes: Mapping[Site, int], *, track: Track, organisation: Organisation, pools: OpenPools
) -> dict[Site, dict[int, int]]:
    """What grants at some sites take from which pool; RefusedError where one has not enough."""
    rooms = pools.rooms(track=track, organisation=organisation)
    parts: dict[Site, dict[int, int]] = {}
    for site, wanted in minutes.items():
        try:
            parts[site] = take(wanted, rooms[site.pk]) if site.pk in rooms else {}
        except ShortageError as error:
            raise _refusal(error, site, track, organisation) from error
    return parts


def record_draws(parts: Mapping[LedgerEntry, Mapping[int, int]]) -> None:
    """Keep what entries took from which pool; negative what they gave back."""
    PoolDraw.objects.bulk_create(
        PoolDraw(pool_id=pool_id, entry=entry, gpu_minutes=minutes)
        for entry, taken in parts.items()
        for pool_id, minutes in taken.items()
    )


def _draw(entry: LedgerEntry) -> None:
    project, site = entry.allocation.project, entry.allocation.site
    today = timezone.localdate()
    lock_pools([site], today)
    parts = draws_of(
        {site: entry.gpu_minutes},
        track=project.track,
        organisation=project.organisation,
        pools=read_open_pools([site], today),
    )
    record_draws({entry: parts[site]})


def _give_back(entry: LedgerEntry) -> None:
    drawn = (
        PoolDraw.objects.filter(entry__allocation=entry.allocation_id)
        .values_list("pool")
        .annotate(total=Sum("gpu_minutes"))
        .order_by("pool__ends_on", "pool")
    )
    parts = give_back(-entry.gpu_minutes, [(pool, total) for pool, total in drawn])
    record_draws({entry: {pool: -minutes for pool, minutes in parts.items()}})


def _refusal(
    error: ShortageError, site: Site, track: Track, organisation: Organisation
) -> RefusedError:
    words = {
        "hours": grouped(error.most_minutes // MINUTES_AN_HOUR),
        "site": site,
        "track": track,
        "quotas": ", ".join(error.quotas),
    }
    if error.quotas:
        text = _(
            "The pools at %(site)s have %(hours)s GPU-hours left for this award on %(track)s:"
            " the quota “%(quotas)s” holds it back."
        )
    else:
        text = _("The pools at %(site)s have %(hours)s GPU-hours left for %(track)s.")
    return RefusedError(text % words, field="gpu_hours")
