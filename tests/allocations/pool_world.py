"""Pools for tests, and how many hours went which way."""

from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from accounts.audit import SystemActor
from allocations.actions.pool_book import PoolTerms, add_pool
from allocations.models import Pool, Site, Track
from allocations.models.pools import Funder

OFFICE = SystemActor("tests")


def make_pool(
    site_code: str, *, gpu_hours: int = 100_000, name: str = "", days_left: int = 200
) -> Pool:
    """A pool at a site that is open today, for every track."""
    today = timezone.localdate()
    terms = PoolTerms(
        name=name or f"Europe at {site_code}",
        funder=Funder.EUROPE,
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=days_left),
        gpu_hours=gpu_hours,
        tracks=list(Track.objects.all()),
    )
    return add_pool(site=Site.objects.get(code=site_code), terms=terms, actor=OFFICE)


def drawn_hours(pool: Pool) -> int:
    """What was taken from it."""
    total: int = pool.draws.aggregate(total=Sum("gpu_minutes", default=0))["total"]
    return total // 60
