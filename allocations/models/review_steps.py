"""Steps that staff took before an award."""

import pghistory
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.models.applications import Application
from allocations.rules.review_steps import StepKind

LONGEST_NOTE = 2_000


@pghistory.track()
class ReviewStep(models.Model):
    """One step, taken once of each text that was handed in; who decides reads the note.

    What was recorded by mistake is deleted; its history stays.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("step"), max_length=20, choices=StepKind)
    read_number = models.PositiveSmallIntegerField()
    """Of the frozen copy of the application that it is about."""
    note = models.TextField(_("note"), max_length=LONGEST_NOTE, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("step of a review")
        verbose_name_plural = _("steps of reviews")
        ordering = ("done_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind", "read_number"], name="one_step_of_a_kind_and_text"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.application_id}, {self.read_number}"
