"""Proposals to take back hours that a project has hardly begun to use."""

from datetime import timedelta
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.models.projects import Allocation, LedgerEntry, Membership

DECISION_TOLD = timedelta(days=30)
"""For how long a project's page tells its leader what was decided."""


class ClawBackQuerySet(models.QuerySet["ClawBack"]):
    """Named selections of proposals."""

    def standing(self) -> "ClawBackQuerySet":
        """Those that staff have still to settle."""
        return self.filter(state=ClawBack.State.PROPOSED)

    def to_tell(self) -> "ClawBackQuerySet":
        """Those of which a leader should know: they wait for an answer, or were decided lately."""
        decided = (ClawBack.State.APPLIED, ClawBack.State.DISMISSED)
        lately = Q(state__in=decided, settled_at__gt=timezone.now() - DECISION_TOLD)
        return self.filter(Q(state=ClawBack.State.PROPOSED) | lately)

    def to_answer(self, user: User) -> "ClawBackQuerySet":
        """Those that somebody who leads the project has not answered."""
        leads = Membership.objects.filter(user=user, role=Membership.Role.LEADER, left_at=None)
        return self.standing().filter(
            answered_at=None, allocation__project__in=leads.values("project")
        )


@pghistory.track()
class ClawBack(models.Model):
    """One proposal; staff apply it or dismiss it, and nothing happens by itself."""

    class State(models.TextChoices):
        """What became of it."""

        PROPOSED = "proposed", _("Proposed")
        APPLIED = "applied", _("Taken back")
        DISMISSED = "dismissed", _("Dismissed")
        OVERTAKEN = "overtaken", _("Overtaken by the end")

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="claw_backs")
    ends_on = models.DateField()
    """The last day then: another one begins another period, which may be looked at again."""
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    granted_minutes = models.BigIntegerField()
    used_minutes = models.BigIntegerField()
    expected_minutes = models.BigIntegerField()
    proposed_minutes = models.BigIntegerField()
    proposed_at = models.DateTimeField(default=timezone.now)
    answer_due_on = models.DateField(_("answer due"))
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, null=True)
    """What was taken, where it was applied."""

    objects: ClassVar[models.Manager["ClawBack"]] = ClawBackQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal to take hours back")
        verbose_name_plural = _("proposals to take hours back")
        ordering = ("answer_due_on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["allocation", "ends_on"], name="one_claw_back_a_period"
            ),
            models.CheckConstraint(
                condition=Q(proposed_minutes__gt=0), name="claw_back_takes_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposed_minutes} GPU-minutes: {self.allocation}"

    def get_absolute_url(self) -> str:
        """The page on which it is answered and settled."""
        return reverse("claw_back", args=[self.pk])

    @property
    def stands(self) -> bool:
        """Whether staff have still to settle it."""
        return self.state == self.State.PROPOSED

    @property
    def may_be_applied(self) -> bool:
        """Whether the leader has answered, or had the time to."""
        return self.stands and (
            self.answered_at is not None or timezone.localdate() > self.answer_due_on
        )
