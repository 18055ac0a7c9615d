"""Reviews: who is asked to review an application, what they score, and what keeps them from it."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.models.applications import Application
from allocations.rules.reviewers import LONGEST_TAG
from allocations.rules.rubric import HIGHEST_SCORE

LONGEST_TEXT = 5000
LONGEST_CONFLICT = 1000


class ReviewQuerySet(models.QuerySet["Review"]):
    """Named selections of reviews."""

    def standing(self) -> "ReviewQuerySet":
        """Those whose reviewer was not taken off the application."""
        return self.filter(ended_at=None)

    def handed_in(self) -> "ReviewQuerySet":
        """The standing ones that count."""
        return self.standing().filter(submitted_at__isnull=False)

    def outstanding(self) -> "ReviewQuerySet":
        """The standing ones that are still to be written."""
        return self.standing().filter(submitted_at=None)


@pghistory.track()
class Review(models.Model):
    """One reviewer's part in one application, from the request to the review that is in."""

    class Ending(models.TextChoices):
        """Why somebody no longer reviews an application."""

        REMOVED = "removed", _("taken off by staff")
        CONFLICT = "conflict", _("conflict of interest")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reviews")
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(default=timezone.now)
    comment = models.TextField(_("summary"), max_length=LONGEST_TEXT, blank=True)
    edits = models.PositiveIntegerField(default=0)
    """Counts edits, so that two windows of one person notice each other."""
    submitted_at = models.DateTimeField(null=True)
    read_number = models.PositiveSmallIntegerField(null=True)
    """Of the frozen copy of the application that it is about."""
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, choices=Ending, blank=True)

    objects: ClassVar[models.Manager["Review"]] = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ("assigned_at", "pk")
        indexes = [models.Index(fields=["reviewer", "ended_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "reviewer"],
                condition=Q(ended_at=None),
                name="one_standing_review_each",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None, read_number=None)
                | Q(submitted_at__isnull=False, read_number__isnull=False),
                name="handed_in_review_knows_what_it_read",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_id} on {self.application_id}"

    @property
    def is_handed_in(self) -> bool:
        """Whether it counts."""
        return self.submitted_at is not None and self.ended_at is None

    @property
    def is_of_older_text(self) -> bool:
        """Whether the applicant handed the application in again after this."""
        return self.is_handed_in and self.read_number != self.application.times_handed_in


@pghistory.track()
class ReviewScore(models.Model):
    """What a review says of one criterion of the track's rubric."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="scores")
    criterion = models.CharField(max_length=40)
    """Its code in the rubric."""
    score = models.PositiveSmallIntegerField(null=True)
    text = models.TextField(max_length=LONGEST_TEXT, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["review", "criterion"], name="one_score_of_each_criterion"
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__lte=HIGHEST_SCORE), name="score_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.score}"


@pghistory.track()
class DeclaredConflict(models.Model):
    """A conflict of interest that somebody declared who was to review or to decide; it stays."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="declared_conflicts"
    )
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"), max_length=LONGEST_CONFLICT)
    declared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("declared conflict of interest")
        verbose_name_plural = _("declared conflicts of interest")
        ordering = ("declared_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["application", "reviewer"], name="one_declared_conflict_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_id} on {self.application_id}"


@pghistory.track()
class ReviewerProfile(models.Model):
    """What a reviewer knows about, and until when they take no reviews."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="reviewer_profile")
    expertise = ArrayField(
        models.CharField(max_length=LONGEST_TAG), default=list, verbose_name=_("expertise")
    )
    away_until = models.DateField(_("takes no reviews until"), null=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {', '.join(self.expertise)}"


@pghistory.track()
class ReviewComment(models.Model):
    """One contribution to the discussion of an application among reviewers and staff."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="review_comments"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("contribution"), max_length=LONGEST_TEXT)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("contribution to a discussion")
        verbose_name_plural = _("contributions to discussions")
        ordering = ("written_at", "pk")

    def __str__(self) -> str:
        return f"{self.author_id} on {self.application_id}"
