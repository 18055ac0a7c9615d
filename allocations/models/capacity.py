"""How many GPUs a site had, and how many were in use, on each day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.models.sites import Site


class DailyCapacity(models.Model):
    """GPU-seconds of a site on one UTC day, added up from heartbeat to heartbeat."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="capacity")
    day = models.DateField()
    seen_seconds = models.BigIntegerField(default=0)
    """For how much of the day the site was heard; of the rest nothing is known."""
    available_gpu_seconds = models.BigIntegerField(default=0)
    """Of the nodes that could take jobs, each with its even share of the site's GPUs."""
    allocated_gpu_seconds = models.BigIntegerField(default=0)
    """Of all jobs at the site, also of those that are not Belfry's."""
    last_heard_at = models.DateTimeField()

    class Meta:
        verbose_name = _("capacity of a day")
        verbose_name_plural = _("capacity of days")
        constraints = [models.UniqueConstraint(fields=["site", "day"], name="one_capacity_a_day")]

    def __str__(self) -> str:
        return f"{self.site_id} {self.day}"
