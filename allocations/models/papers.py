"""What was handed in, on paper: one PDF for each time, never made anew."""

import pghistory
import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from allocations.models.snapshots import SubmissionSnapshot


@pghistory.track(exclude=["pdf"])
class Paper(models.Model):
    """The PDF of one hand-in, in the language of who asked for it first."""

    snapshot = models.OneToOneField(
        SubmissionSnapshot, on_delete=models.PROTECT, related_name="paper"
    )
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("printed application")
        verbose_name_plural = _("printed applications")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"paper of {self.snapshot_id}"
