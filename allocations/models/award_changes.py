"""What somebody asks to have changed after a decision, and what was decided of it."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.models.applications import MOST_GPU_HOURS, Application
from allocations.models.projects import Allocation, LedgerEntry
from allocations.models.sites import Site
from allocations.rules.award_changes import OF_NO_SITE, OPEN_CHANGES, ChangeKind, ChangeState


class AwardChangeQuerySet(models.QuerySet["AwardChange"]):
    """Named selections of changes."""

    def open(self) -> "AwardChangeQuerySet":
        """Those that wait for staff."""
        return self.filter(state__in=OPEN_CHANGES)

    def for_lists(self) -> "AwardChangeQuerySet":
        """With all that a row or a page shows; what a site said of its Slurm is long to read."""
        said = ("allocation__site__status__heartbeat",)
        return self.defer(*said).select_related(
            "application__organisation",
            "application__project",
            "application__track_version",
            "allocation__site__status",
            "to_site",
            "to_member",
            "asked_by",
            "seconded_by",
            "decided_by",
        )


@pghistory.track()
class AwardChange(models.Model):
    """One thing asked for by a project's leader, mostly about one site; or by who appeals."""

    Kind = ChangeKind
    State = ChangeState

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="award_changes"
    )
    allocation = models.ForeignKey(
        Allocation, on_delete=models.PROTECT, null=True, related_name="asked_changes"
    )
    """None for what is about no site."""
    kind = models.CharField(_("kind"), max_length=12, choices=ChangeKind)
    gpu_hours = models.PositiveIntegerField(_("GPU-hours"), null=True)
    ends_on = models.DateField(_("last day"), null=True)
    to_site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="+")
    to_member = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    """Who is to lead the project."""
    reason = models.TextField(_("reason"))
    state = models.CharField(
        _("state"), max_length=10, choices=ChangeState, default=ChangeState.WAITING
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(_("decision due"))
    amber_on = models.DateField()
    red_on = models.DateField()
    seconded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    """Who said yes first, where two people decide."""
    seconded_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)
    entry = models.OneToOneField(
        LedgerEntry, on_delete=models.PROTECT, null=True, related_name="asked_change"
    )
    """What was booked for it, if anything."""

    objects: ClassVar[models.Manager["AwardChange"]] = AwardChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of an award")
        verbose_name_plural = _("changes of awards")
        ordering = ("-asked_at", "-pk")
        indexes = [models.Index(fields=["state", "due_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["allocation", "kind"],
                condition=Q(state__in=OPEN_CHANGES, allocation__isnull=False),
                name="one_open_change_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["application", "kind"],
                condition=Q(state__in=OPEN_CHANGES, allocation=None),
                name="one_open_change_of_no_site",
            ),
            models.CheckConstraint(
                condition=Q(allocation=None, kind__in=OF_NO_SITE)
                | Q(allocation__isnull=False) & ~Q(kind__in=OF_NO_SITE),
                name="change_is_of_a_site_or_not",
            ),
            models.CheckConstraint(
                condition=Q(to_member=None) ^ Q(kind=ChangeKind.LEADER),
                name="another_leader_is_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(seconded_by=None)
                | ~Q(decided_by=F("seconded_by"))
                | ~Q(state=ChangeState.APPROVED),
                name="change_is_approved_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("asked_by")) | ~Q(state=ChangeState.APPROVED),
                name="nobody_approves_their_own_change",
            ),
            models.CheckConstraint(
                condition=Q(gpu_hours=None) | Q(gpu_hours__gte=1, gpu_hours__lte=MOST_GPU_HOURS),
                name="asked_hours_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.allocation or self.application}"

    def get_absolute_url(self) -> str:
        """The staff's page of it."""
        return reverse("award_change", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it waits for staff."""
        return self.state in OPEN_CHANGES

    @property
    def is_appeal(self) -> bool:
        """Whether it is about a decision, and no project."""
        return self.kind == ChangeKind.APPEAL

    @property
    def waits_for_second_person(self) -> bool:
        """Whether one of two people has said yes."""
        return self.state == ChangeState.SECONDED
