"""Awards that are decided in part: one waits for a second person, or for hours to return."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.models.applications import Application


class ProposedAwardQuerySet(models.QuerySet["ProposedAward"]):
    """Named selections of proposed awards."""

    def standing(self) -> "ProposedAwardQuerySet":
        """Those that may still be granted."""
        return self.filter(closed_at=None)


@pghistory.track()
class ProposedAward(models.Model):
    """What somebody would grant an application; at most one stands at a time."""

    class Ending(models.TextChoices):
        """What became of it."""

        GRANTED = "granted", _("granted")
        DECLINED = "declined", _("declined")
        OVERTAKEN = "overtaken", _("overtaken by another step")

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="proposed_awards"
    )
    terms = models.JSONField()
    """Hours, partitions and own nodes of each site, as `award_terms` writes them."""
    reason = models.TextField(_("reason"))
    is_for_wait_list = models.BooleanField(default=False)
    needs_second_person = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    application_version = models.PositiveIntegerField()
    """Of the text that both people read."""
    closed_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=20, choices=Ending, blank=True)
    closed_because = models.TextField(blank=True)

    objects: ClassVar[models.Manager["ProposedAward"]] = ProposedAwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed award")
        verbose_name_plural = _("proposed awards")
        ordering = ("proposed_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(closed_at=None),
                name="one_standing_award_an_application",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="four_eyes_are_of_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.reason}"

    @property
    def waits_for_second_person(self) -> bool:
        """Whether somebody else has to confirm it."""
        return self.needs_second_person and self.confirmed_by_id is None and self.closed_at is None
