"""Adds up what GPUs a site has, from one heartbeat to the next. Call inside actions."""

from datetime import UTC, datetime

from django.conf import settings
from django.db.models import F

from allocations.models import DailyCapacity, Site
from slurm_bridge.wire import Heartbeat


def add_to_capacity(site: Site, heartbeat: Heartbeat, *, at: datetime) -> None:
    """Count the time since the last heartbeat; a longer silence than a late site's is unknown.

    The status of the site must be locked: two heartbeats at once would count the time twice.
    """
    if not heartbeat.nodes_total:
        return  # Slurm did not answer the bridge, so nothing is known of its GPUs.
    last = DailyCapacity.objects.filter(site=site).order_by("-day").first()
    silence = int((at - last.last_heard_at).total_seconds()) if last else 0
    seconds = silence if 0 < silence <= settings.SITE_LATE_AFTER_SECONDS else 0
    available = heartbeat.gpus_total * heartbeat.nodes_available // heartbeat.nodes_total
    row, _created = DailyCapacity.objects.get_or_create(
        site=site, day=at.astimezone(UTC).date(), defaults={"last_heard_at": at}
    )
    DailyCapacity.objects.filter(pk=row.pk).update(
        seen_seconds=F("seen_seconds") + seconds,
        available_gpu_seconds=F("available_gpu_seconds") + seconds * available,
        allocated_gpu_seconds=F("allocated_gpu_seconds")
        + seconds * min(heartbeat.gpus_allocated, heartbeat.gpus_total),
        last_heard_at=at,
    )
