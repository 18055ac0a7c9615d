"""What the sites' bridges last said."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from allocations.models.sites import Site


class SiteStatus(models.Model):
    """The newest word of a site: its heartbeat, and how far its accounting is."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="status")
    last_seen_at = models.DateTimeField(null=True)
    heartbeat: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(
        null=True
    )
    """The last `wire.Heartbeat`."""
    accounting_until = models.DateTimeField(null=True)
    """Every job alive before this time has been received."""
    counters_read_at = models.DateTimeField(null=True)
    """When slurmctld's counters were as the rows of `BudgetCounter` say."""
    gpu_read_at = models.DateTimeField(null=True)
    """When the site last sent figures of its GPUs; None where it never did."""

    class Meta:
        verbose_name = _("status of a site")
        verbose_name_plural = _("status of sites")

    def __str__(self) -> str:
        return f"status of {self.site}"

    @property
    def is_late(self) -> bool:
        """Whether the site has not been heard for longer than the setting allows."""
        limit = timedelta(seconds=settings.SITE_LATE_AFTER_SECONDS)
        return self.last_seen_at is None or timezone.now() - self.last_seen_at > limit


class SlurmState(models.Model):
    """What a site's Slurm had when its bridge last read it; a megabyte at a thousand projects."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="slurm_state")
    state: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    """The last `wire.ActualState`, by names: see `allocations.slurm_states`."""
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("state of a Slurm")
        verbose_name_plural = _("states of Slurm")

    def __str__(self) -> str:
        return f"Slurm at {self.site}"


class SiteLease(models.Model):
    """Which bridge of a site may write there, and until when by the portal's clock."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="lease")
    holder = models.CharField(max_length=400)
    host = models.CharField(max_length=255)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("lease of a site")
        verbose_name_plural = _("leases of sites")

    def __str__(self) -> str:
        return f"{self.site}: {self.host}"


class SyncCycle(models.Model):
    """One cycle of a bridge that had something to do or to say."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="cycles")
    revision = models.CharField(max_length=64)
    plan_id = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    refused = models.TextField(blank=True)
    results: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    """A list of `wire.ChangeResult`."""
    conflicts: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    """A list of `wire.Conflict`."""

    class Meta:
        verbose_name = _("cycle of a bridge")
        verbose_name_plural = _("cycles of bridges")
        ordering = ("-finished_at",)
        indexes = [models.Index(fields=["site", "-finished_at"])]

    def __str__(self) -> str:
        return f"{self.site} {self.finished_at:%Y-%m-%d %H:%M:%S}"
