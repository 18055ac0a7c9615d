"""What pools still have, for whom; read by the action that decides and by the page before it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Sum
from django.db.models.functions import JSONObject

from accounts.models import Organisation
from allocations.models import Pool, PoolDraw, Quota, Site, Track
from allocations.rules.pools import PoolRoom, QuotaRoom, quota_minutes


@dataclass(frozen=True)
class Drawn:
    """What one kind of organisation has of a pool on one track."""

    pool_id: int
    organisation_kind: str
    track_code: str
    gpu_minutes: int


@dataclass(frozen=True)
class OpenPools:
    """The pools of some sites on a day, what is taken of them, and the quotas that hold."""

    pools: Sequence[Pool]
    drawn: Sequence[Drawn]
    quotas: Sequence[Quota]

    def of_track(self, track_id: int) -> list[Pool]:
        """Those that a track draws from, what ends first in front."""
        return [pool for pool in self.pools if track_id in pool.track_ids]

    def rooms(self, *, track: Track, organisation: Organisation) -> dict[int, list[PoolRoom]]:
        """What an award could be taken from, by site; a site that nothing limits is left out.

        Once a site has an open pool, a track that draws from none gets nothing there.
        """
        quotas = self.quotas_of(organisation_kind=organisation.kind, track_code=track.code)
        rooms: dict[int, list[PoolRoom]] = {pool.site_id: [] for pool in self.pools}
        for pool in self.of_track(track.pk):
            rooms[pool.site_id].append(self.room(pool, quotas))
        return rooms

    def quotas_of(self, *, organisation_kind: str, track_code: str) -> list[Quota]:
        """Those that hold for an award to such an organisation on such a track."""
        return [
            quota
            for quota in self.quotas
            if quota.holds_for(organisation_kind=organisation_kind, track_code=track_code)
        ]

    def room(self, pool: Pool, quotas: Iterable[Quota]) -> PoolRoom:
        """What is left of one pool, for those for whom these quotas hold."""
        return PoolRoom(
            pool_id=pool.pk,
            name=pool.name,
            free_minutes=pool.gpu_minutes - drawn_minutes(self.drawn, pool),
            quotas=tuple(
                QuotaRoom(
                    quota.name,
                    quota_minutes(pool.gpu_minutes, quota.percent)
                    - drawn_minutes(self.drawn, pool, quota),
                )
                for quota in quotas
            ),
        )


def read_open_pools(sites: Collection[Site], day: date) -> OpenPools:
    """Those of these sites with all that was drawn from them and the quotas, in one query."""
    tracks = Pool.tracks.through.objects.filter(pool=OuterRef("pk")).values("track_id")
    quotas = Quota.objects.on(day).values(json=JSONObject(**_same_names(QUOTA_FIELDS)))
    pools = list(
        Pool.objects.open_on(day)
        .filter(site__in=sites)
        .annotate(  # type: ignore[no-redef]  # declared for its readers
            track_ids=ArraySubquery(tracks),
            drawn_rows=ArraySubquery(
                _drawn(pool=OuterRef("pk")).values(json=JSONObject(**_same_names(DRAWN_FIELDS)))
            ),
            quota_rows=ArraySubquery(quotas),
        )
    )
    return OpenPools(
        pools=pools,
        drawn=[Drawn(pool.pk, **row) for pool in pools for row in pool.drawn_rows],
        quotas=[Quota(**row) for row in pools[0].quota_rows] if pools else [],
    )


def read_drawn(pools: Iterable[Pool]) -> list[Drawn]:
    """What was taken of each pool, by those between whom quotas tell apart."""
    rows = _drawn(pool__in=list(pools)).values_list("pool", *DRAWN_FIELDS)
    return [Drawn(*row) for row in rows]


QUOTA_FIELDS = ("code", "name", "organisation_kinds", "track_codes", "percent")
DRAWN_FIELDS = ("organisation_kind", "track_code", "gpu_minutes")


def _same_names(fields: Iterable[str]) -> dict[str, str]:
    return {field: field for field in fields}


def _drawn(**which: Any) -> QuerySet[Any, Any]:
    project = "entry__allocation__project"
    return (
        PoolDraw.objects.filter(**which)
        .values(
            "pool",
            organisation_kind=F(f"{project}__organisation__kind"),
            track_code=F(f"{project}__track__code"),
        )
        .annotate(gpu_minutes=Sum("gpu_minutes"))
        .order_by()
    )


def drawn_minutes(drawn: Sequence[Drawn], pool: Pool, quota: Quota | None = None) -> int:
    """What is taken of one pool, by all or by those for whom a quota holds."""
    return sum(
        row.gpu_minutes
        for row in drawn
        if row.pool_id == pool.pk
        and (
            quota is None
            or quota.holds_for(organisation_kind=row.organisation_kind, track_code=row.track_code)
        )
    )
