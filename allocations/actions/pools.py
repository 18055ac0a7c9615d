"""Takes what a ledger grants from the pools of its site. Call inside actions."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.numbers import grouped
from allocations.errors import RefusedError
from allocations.models import LedgerEntry, Pool, PoolDraw, Site, Track
from allocations.pool_rooms import pool_rooms
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


def _draw(entry: LedgerEntry) -> None:
    project, site = entry.allocation.project, entry.allocation.site
    today = timezone.localdate()
    lock_pools([site], today)
    rooms = pool_rooms(
        sites=[site], track=project.track, organisation=project.organisation, day=today
    )
    if site.pk not in rooms:
        return
    try:
        parts = take(entry.gpu_minutes, rooms[site.pk])
    except ShortageError as error:
        raise _refusal(error, site, project.track, project.organisation) from error
    _record(entry, parts.items())


def _give_back(entry: LedgerEntry) -> None:
    drawn = (
        PoolDraw.objects.filter(entry__allocation=entry.allocation_id)
        .values_list("pool")
        .annotate(total=Sum("gpu_minutes"))
        .order_by("pool__ends_on", "pool")
    )
    parts = give_back(-entry.gpu_minutes, [(pool, total) for pool, total in drawn])
    _record(entry, ((pool, -minutes) for pool, minutes in parts.items()))


def _record(entry: LedgerEntry, parts: Iterable[tuple[int, int]]) -> None:
    PoolDraw.objects.bulk_create(
        PoolDraw(pool_id=pool_id, entry=entry, gpu_minutes=minutes) for pool_id, minutes in parts
    )


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
