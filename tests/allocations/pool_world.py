"""Pools for tests, and how many hours went which way."""

from datetime import UTC, datetime, timedelta

from django.db.models import Sum
from django.utils import timezone

from accounts.audit import SystemActor
from allocations.actions.pool_book import PoolTerms, add_pool
from allocations.models import DailyUsage, Pool, Project, Site, SiteStatus, Track
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


def told_until_now(site: Site) -> None:
    """Its accounting is known, so that what was used there is."""
    SiteStatus.objects.update_or_create(site=site, defaults={"accounting_until": timezone.now()})


def used(project: Project, site: Site, hours: int, *, days_ago: int) -> None:
    """GPU-hours of a project on a day of UTC."""
    DailyUsage.objects.create(
        project=project,
        site=site,
        username="ada",
        day=datetime.now(UTC).date() - timedelta(days=days_ago),
        gpu_seconds=hours * 3600,
        cpu_seconds=0,
        jobs=1,
    )
