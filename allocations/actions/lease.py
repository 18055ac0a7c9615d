"""Lends the right to write to a site to one of its bridges at a time."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from accounts.audit import SystemActor, action
from allocations.models import Site, SiteLease
from slurm_bridge.wire import LeaseAnswer, LeaseRequest

LEASE_LASTS = timedelta(seconds=60)
LONG_AGO = datetime.fromtimestamp(0, UTC)


@action
def lend_site(*, site: Site, request: LeaseRequest, actor: SystemActor) -> LeaseAnswer:
    """Give or prolong the lease, unless another bridge has it; who has it, for how long."""
    SiteLease.objects.get_or_create(site=site, defaults={"expires_at": LONG_AGO})
    lease = SiteLease.objects.select_for_update().get(site=site)
    now = timezone.now()
    if lease.holder != request.holder and lease.expires_at > now:
        left = int((lease.expires_at - now).total_seconds())
        return LeaseAnswer(granted=False, host=lease.host, seconds_left=left)
    lease.holder, lease.host, lease.expires_at = request.holder, request.host, now + LEASE_LASTS
    lease.save()
    seconds = int(LEASE_LASTS.total_seconds())
    return LeaseAnswer(granted=True, host=request.host, seconds_left=seconds)
