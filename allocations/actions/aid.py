"""Values free GPU time as aid and keeps it under the ceiling. Call inside actions."""

from collections.abc import Mapping
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, organisations_of_undertaking
from accounts.numbers import grouped
from allocations.aid_received import aid_of
from allocations.errors import RefusedError
from allocations.models import AidGrant, LedgerEntry, Site, UnitPrice
from allocations.rules.aid import CENTS_A_EURO, room_cents, value_cents
from allocations.rules.budgets import EntryKind

VALUED = frozenset({EntryKind.AWARD, EntryKind.SUPPLEMENT, EntryKind.RENEWAL})


def lock_undertaking(organisation: Organisation) -> list[Organisation]:
    """Lock all that is one undertaking with an organisation, in one order."""
    members = [member.pk for member in organisations_of_undertaking(organisation)]
    locked = Organisation.objects.filter(pk__in=members).select_for_update(no_key=True)
    list(locked.order_by("pk").values_list("pk"))
    return organisations_of_undertaking(organisation)


def record_aid(entry: LedgerEntry, *, locked: list[Organisation] | None = None) -> AidGrant | None:
    """Freeze the value of what an entry grants to an economic activity, or refuse above the limit.

    None where it is no aid. `locked` is the undertaking, where the caller has locked it already.
    """
    project = entry.allocation.project
    if entry.kind not in VALUED or not project.application.is_economic:
        return None
    members = lock_undertaking(project.organisation) if locked is None else locked
    today = timezone.localdate()
    price = price_at(entry.allocation.site, today)
    if price is None:
        raise RefusedError(
            _("Set the unit price at %(site)s first: without it the aid cannot be valued.")
            % {"site": entry.allocation.site}
        )
    cents = value_cents(entry.gpu_minutes, price)
    room = room_cents(aid_of(members), today)
    if cents > room:
        raise RefusedError(
            _(
                "This is aid of %(value)s €; the undertaking of %(name)s may still have %(room)s €"
                " in any three years."
            )
            % {"value": _euros(cents), "room": _euros(room), "name": project.organisation},
            field="gpu_hours",
        )
    return AidGrant.objects.create(
        entry=entry,
        organisation=project.organisation,
        granted_on=today,
        gpu_minutes=entry.gpu_minutes,
        cents_per_gpu_hour=price,
        cents=cents,
    )


def price_at(site: Site, day: date) -> int | None:
    """Euro cents a GPU-hour at a site on a day, if anybody has said."""
    return prices_on(day).get(site.pk)


def prices_on(day: date) -> Mapping[int, int]:
    """Euro cents a GPU-hour at each site that has a price on a day."""
    return dict(UnitPrice.objects.on(day).values_list("site", "cents_per_gpu_hour"))


def _euros(cents: int) -> str:
    return grouped(cents / CENTS_A_EURO, 2)
