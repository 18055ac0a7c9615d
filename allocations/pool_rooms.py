"""What pools still have, for whom; read by the action that decides and by the page before it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Sum

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
        quotas = [
            quota
            for quota in self.quotas
            if quota.holds_for(organisation_kind=organisation.kind, track_code=track.code)
        ]
        rooms: dict[int, list[PoolRoom]] = {pool.site_id: [] for pool in self.pools}
        for pool in self.of_track(track.pk):
            rooms[pool.site_id].append(_room(pool, quotas, self.drawn))
        return rooms


def read_open_pools(sites: Collection[Site], day: date) -> OpenPools:
    """Those of these sites, in three queries; in one where there are none."""
    tracks = Pool.tracks.through.objects.filter(pool=OuterRef("pk")).values("track_id")
    pools = list(
        Pool.objects.open_on(day).filter(site__in=sites).annotate(track_ids=ArraySubquery(tracks))  # type: ignore[no-redef]  # declared for its readers
    )
    if not pools:
        return OpenPools(pools=(), drawn=(), quotas=())
    return OpenPools(pools=pools, drawn=read_drawn(pools), quotas=list(Quota.objects.on(day)))


def read_drawn(pools: Iterable[Pool]) -> list[Drawn]:
    """What was taken of each pool, by those between whom quotas tell apart."""
    project = "entry__allocation__project"
    rows = (
        PoolDraw.objects.filter(pool__in=list(pools))
        .values_list("pool", f"{project}__organisation__kind", f"{project}__track__code")
        .annotate(total=Sum("gpu_minutes"))
        .order_by()
    )
    return [Drawn(*row) for row in rows]


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


def _room(pool: Pool, quotas: Sequence[Quota], drawn: Sequence[Drawn]) -> PoolRoom:
    return PoolRoom(
        pool_id=pool.pk,
        name=pool.name,
        free_minutes=pool.gpu_minutes - drawn_minutes(drawn, pool),
        quotas=tuple(
            QuotaRoom(
                quota.name,
                quota_minutes(pool.gpu_minutes, quota.percent) - drawn_minutes(drawn, pool, quota),
            )
            for quota in quotas
        ),
    )
