"""Budgets as the sites' Slurm counts them, and what members were told of them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from allocations.models.projects import Allocation


class BudgetCounter(models.Model):
    """What slurmctld last said of one budget; when, is in the status of its site."""

    allocation = models.OneToOneField(
        Allocation, on_delete=models.CASCADE, related_name="counter", primary_key=True
    )
    used_minutes = models.BigIntegerField()
    """Slurm's counter, cut off to whole GPU-minutes; it only grows, unless Slurm loses it."""
    reserved_minutes = models.BigIntegerField()
    """What running jobs may still use until their time limits."""

    class Meta:
        verbose_name = _("counter of a budget")
        verbose_name_plural = _("counters of budgets")

    def __str__(self) -> str:
        return f"{self.used_minutes} GPU-minutes: {self.allocation}"


class Notice(models.Model):
    """A warning that members or staff have had, once for each level that it speaks of."""

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20)
    """used-80: so much of the budget was used; ends-7: so many days were left; partition-0: its
    partition could not be made."""
    level = models.CharField(max_length=20)
    """The ledger entry that last added hours, the last day, a digest of the partition that staff
    wanted: another level warns again."""
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["allocation", "kind", "level"], name="each_notice_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.allocation}"
