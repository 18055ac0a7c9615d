"""The aid that an undertaking has had, from Belfry and, as it declares, from others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import DeclaredAid, Organisation
from allocations.models import AidGrant, UnitPrice
from allocations.rules.aid import Aid


@dataclass(frozen=True)
class AidReceived:
    """Every grant to an undertaking, and on a day the euro cents a GPU-hour at sites by key."""

    aids: Sequence[Aid]
    prices: Mapping[int, int]
    day: date


def read_aid(members: Sequence[Organisation], day: date) -> AidReceived:
    """What the organisations of an undertaking have had, in two queries."""
    return AidReceived(aids=aid_of(members), prices=prices_on(day), day=day)


def prices_on(day: date) -> dict[int, int]:
    """Euro cents a GPU-hour at each site that has a price on a day."""
    return dict(UnitPrice.objects.on(day).values_list("site", "cents_per_gpu_hour"))


def aid_of(members: Sequence[Organisation]) -> list[Aid]:
    """Every grant to these organisations, in one query."""
    declared = DeclaredAid.objects.filter(organisation__in=members).order_by()
    granted = AidGrant.objects.standing().filter(organisation__in=members).order_by()
    columns = ("granted_on", "cents")
    rows = declared.values_list(*columns).union(granted.values_list(*columns), all=True)
    return [Aid(granted_on, cents) for granted_on, cents in rows]
