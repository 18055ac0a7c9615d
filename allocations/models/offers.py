"""What an applicant is offered after a positive decision, and what they answered."""

from datetime import date
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.models.applications import Decision
from allocations.models.declarations import DeclarationText


class AwardOfferQuerySet(models.QuerySet["AwardOffer"]):
    """Named selections of offers."""

    def unanswered(self) -> "AwardOfferQuerySet":
        """Those that wait for their applicant."""
        return self.filter(answer="")

    def overdue(self, today: date) -> "AwardOfferQuerySet":
        """Those whose last day has passed without an answer."""
        return self.unanswered().filter(answer_by__lt=today)


@pghistory.track()
class AwardOffer(models.Model):
    """An award that its applicant accepts or declines; nothing is set up before."""

    class Answer(models.TextChoices):
        """What became of it."""

        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        LAPSED = "lapsed", _("lapsed")

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="offer")
    answer_by = models.DateField(_("last day to answer"))
    reminded_at = models.DateTimeField(null=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    """None where it lapsed."""
    reason = models.TextField(_("reason"), blank=True)
    terms: models.JSONField[list[dict[str, str | int]], list[dict[str, str | int]]] = (
        models.JSONField(default=list)
    )
    """What was accepted: code, version and title of each text, which is never changed."""

    objects: ClassVar[models.Manager["AwardOffer"]] = AwardOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | ~Q(answer="") & ~Q(answered_at=None),
                name="answer_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(answer__in=["accepted", "declined"]) | Q(answered_by__isnull=False),
                name="answer_has_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"offer until {self.answer_by}: {self.decision_id}"

    def signed_texts(self) -> list[DeclarationText]:
        """The texts that were accepted, each in its version."""
        versions = Q(pk=None)
        for text in self.terms:
            versions |= Q(code=text["code"], number=text["number"])
        return list(DeclarationText.objects.filter(versions).order_by("site", "code"))

    def is_open_on(self, day: date) -> bool:
        """Whether it can still be answered."""
        return not self.answer and day <= self.answer_by
