"""The aid that an undertaking has had, from Belfry and, as it declares, from others."""

from collections.abc import Sequence

from accounts.models import DeclaredAid, Organisation
from allocations.models import AidGrant
from allocations.rules.aid import Aid


def aid_of(members: Sequence[Organisation]) -> list[Aid]:
    """Every grant to these organisations, in one query."""
    declared = DeclaredAid.objects.filter(organisation__in=members).order_by()
    granted = AidGrant.objects.standing().filter(organisation__in=members).order_by()
    columns = ("granted_on", "cents")
    rows = declared.values_list(*columns).union(granted.values_list(*columns), all=True)
    return [Aid(granted_on, cents) for granted_on, cents in rows]
