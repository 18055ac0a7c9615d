"""What was answered in each section of the long form, each with a version of its own."""

import pghistory
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.models.applications import Application
from allocations.rules.questions import Section


@pghistory.track()
class SectionAnswers(models.Model):
    """One section of one application, as it was last saved."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="section_answers"
    )
    section = models.CharField(_("section"), max_length=20, choices=Section)
    answers = models.JSONField(_("answers"), default=dict)
    version = models.PositiveIntegerField(default=0)
    """Counts edits, so that two people who edit the section at once notice it."""
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answers of a section")
        verbose_name_plural = _("answers of sections")
        ordering = ("application_id", "section")
        constraints = [
            models.UniqueConstraint(fields=["application", "section"], name="one_answer_a_section")
        ]

    def __str__(self) -> str:
        return f"{self.application_id}, {self.section}"
