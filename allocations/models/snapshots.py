"""What was handed in, as it was: one frozen copy for each time."""

import pghistory
import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.models.applications import Application

SCHEMA_VERSION = 2
"""Counts up when what `content` holds changes its shape, so that old copies can still be read."""


@pghistory.track()
class SubmissionSnapshot(models.Model):
    """All that an application said when it was handed in."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveSmallIntegerField()
    schema_version = models.PositiveSmallIntegerField(default=SCHEMA_VERSION)
    content = models.JSONField()
    taken_at = models.DateTimeField(default=timezone.now)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("copy of what was handed in")
        verbose_name_plural = _("copies of what was handed in")
        ordering = ("application", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="one_snapshot_of_a_number"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.application_id}, {self.number}"
