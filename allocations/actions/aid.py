"""Values free GPU time as aid and keeps it under the ceiling. Call inside actions."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, organisations_of_undertaking
from accounts.numbers import grouped
from allocations.aid_received import AidReceived, read_aid
from allocations.errors import RefusedError
from allocations.models import AidGrant, LedgerEntry, Site
from allocations.rules.aid import CENTS_A_EURO, room_cents, value_cents
from allocations.rules.budgets import EntryKind

VALUED = frozenset({EntryKind.AWARD, EntryKind.SUPPLEMENT, EntryKind.RENEWAL})


def lock_undertaking(organisation: Organisation) -> list[Organisation]:
    """Lock all that is one undertaking with an organisation, in one order."""
    members = [member.pk for member in organisations_of_undertaking(organisation)]
    locked = Organisation.objects.filter(pk__in=members).select_for_update(no_key=True)
    list(locked.order_by("pk").values_list("pk"))
    return organisations_of_undertaking(organisation)


@dataclass(frozen=True)
class AidValue:
    """What a grant is worth, and the price by which it was reckoned; euro cents."""

    cents: int
    cents_per_gpu_hour: int


def value_aid(
    minutes: Mapping[Site, int], *, organisation: Organisation, received: AidReceived
) -> dict[Site, AidValue]:
    """What grants at some sites are worth; RefusedError where together they exceed the ceiling."""
    room = room_cents(received.aids, received.day)
    values = {}
    for site, count in minutes.items():
        price = received.prices.get(site.pk)
        if price is None:
            raise RefusedError(
                _("Set the unit price at %(site)s first: without it the aid cannot be valued.")
                % {"site": site}
            )
        cents = value_cents(count, price)
        if cents > room:
            raise RefusedError(
                _(
                    "This is aid of %(value)s €; the undertaking of %(name)s may still have"
                    " %(room)s € in any three years."
                )
                % {"value": _euros(cents), "room": _euros(room), "name": organisation},
                field="gpu_hours",
            )
        values[site] = AidValue(cents=cents, cents_per_gpu_hour=price)
        room -= cents
    return values


def record_aid(entry: LedgerEntry) -> None:
    """Freeze the value of what an entry grants to an economic activity, or refuse above the limit.

    What is no aid is left alone.
    """
    project, site = entry.allocation.project, entry.allocation.site
    if entry.kind not in VALUED or not project.application.is_economic:
        return
    received = read_aid(lock_undertaking(project.organisation), timezone.localdate())
    minutes = {site: entry.gpu_minutes}
    values = value_aid(minutes, organisation=project.organisation, received=received)
    record_values({entry: values[site]}, project.organisation)


def record_values(values: Mapping[LedgerEntry, AidValue], organisation: Organisation) -> None:
    """Keep what entries are worth as aid that was granted today."""
    AidGrant.objects.bulk_create(
        AidGrant(
            entry=entry,
            organisation=organisation,
            granted_on=timezone.localdate(),
            gpu_minutes=entry.gpu_minutes,
            cents_per_gpu_hour=value.cents_per_gpu_hour,
            cents=value.cents,
        )
        for entry, value in values.items()
    )


def _euros(cents: int) -> str:
    return grouped(cents / CENTS_A_EURO, 2)
