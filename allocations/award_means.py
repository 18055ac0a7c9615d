"""What an award can be made of: read by the action that decides and by the page before it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import Organisation, organisations_of_undertaking
from allocations.aid_received import AidReceived, read_aid
from allocations.models import Application, Site
from allocations.pool_rooms import OpenPools, read_open_pools


@dataclass(frozen=True)
class AwardMeans:
    """Pools at the sites, and the aid that the undertaking has had where the award is aid."""

    pools: OpenPools
    aid: AidReceived | None


def read_means(
    application: Application,
    sites: Collection[Site],
    day: date,
    *,
    undertaking: Sequence[Organisation] | None = None,
) -> AwardMeans:
    """What there is on a day; the undertaking is looked up unless the caller has it."""
    aid = None
    if application.organisation is not None and application.is_economic:
        members = undertaking or organisations_of_undertaking(application.organisation)
        aid = read_aid(members, day)
    return AwardMeans(pools=read_open_pools(sites, day), aid=aid)
