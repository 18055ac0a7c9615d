"""Runs whose GPU time was given back."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.models.projects import LedgerEntry
from allocations.models.sites import Site


@pghistory.track()
class CreditedRun(models.Model):
    """One run in an entry of the ledger; what it says outlasts the row of the job."""

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="credited_runs")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    db_index = models.BigIntegerField()
    submitted_at = models.DateTimeField(null=True)
    """With the index the run's key, as in `Job`: a new slurmdbd counts its indexes from 1 again.

    None where the row of the job had left before this was kept; none is taken in again.
    """
    job = models.CharField(max_length=60)
    username = models.CharField(max_length=64)
    ended_at = models.DateTimeField()
    gpu_seconds = models.BigIntegerField()

    class Meta:
        verbose_name = _("run given back")
        verbose_name_plural = _("runs given back")
        ordering = ("-ended_at", "-db_index")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "db_index", "submitted_at"], name="each_run_credited_once"
            )
        ]

    def __str__(self) -> str:
        return f"job {self.job} at {self.site_id}"
