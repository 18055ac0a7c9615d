"""Months whose jobs have left the database; what was counted of them stays."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.models.sites import Site


class DroppedMonth(models.Model):
    """Jobs submitted in this month are here no more, and none is taken in again."""

    month = models.DateField(unique=True)
    """Its first day."""
    jobs = models.BigIntegerField()
    dropped_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("dropped month")
        verbose_name_plural = _("dropped months")
        ordering = ("month",)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class DroppedQosUsage(models.Model):
    """What the dropped jobs of one budget had used, for comparison with Slurm's counter."""

    project = models.ForeignKey(
        "allocations.Project", on_delete=models.PROTECT, related_name="dropped_usage"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    qos = models.CharField(max_length=200)
    gpu_seconds = models.BigIntegerField()

    class Meta:
        verbose_name = _("usage of dropped jobs")
        verbose_name_plural = _("usage of dropped jobs")
        constraints = [
            models.UniqueConstraint(fields=["project", "site", "qos"], name="one_dropped_sum")
        ]

    def __str__(self) -> str:
        return f"{self.qos} at {self.site_id}"
