"""Final reports: what came of a project, as its leader tells it when the GPU time is over."""

from datetime import date
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from allocations.models.applications import Application
from allocations.models.projects import Allocation, Membership, Project
from allocations.rules.final_reports import LONGEST_LINK
from allocations.states import ApplicationState


class FinalReportQuerySet(models.QuerySet["FinalReport"]):
    """Named selections of final reports."""

    def owed(self) -> "FinalReportQuerySet":
        """Those that their leader has to write or to mend."""
        return self.filter(
            state=FinalReport.State.OPEN, project__application__state=ApplicationState.REPORT_DUE
        )

    def blocking(self, application: Application, today: date) -> "FinalReportQuerySet":
        """The overdue ones of the applicant and of the organisation, where no staff lifted it.

        A project that was renewed meanwhile owes none.
        """
        leads = Membership.objects.filter(
            user=application.applicant_id, role=Membership.Role.LEADER, left_at=None
        )
        theirs = Q(project__in=leads.values("project"))
        if application.organisation_id is not None:
            theirs |= Q(project__organisation=application.organisation_id)
        runs = Allocation.objects.running_on(today).values("project")
        late = self.owed().filter(due_on__lt=today, lifted_at=None)
        return late.filter(theirs).exclude(project__in=runs)


@pghistory.track()
class FinalReport(models.Model):
    """What a project's leader tells of its results."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("Being written")
        HANDED_IN = "handed_in", pgettext_lazy("report", "Handed in")
        ACCEPTED = "accepted", pgettext_lazy("report", "Accepted")

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="final_report")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(_("due"))
    reminded_days = models.PositiveSmallIntegerField(null=True)
    """The nearest reminder that was sent: so many days before it is due, 0 when it was late."""
    results = models.TextField(_("results"), blank=True)
    use_of_hours = models.TextField(_("use of the hours"), blank=True)
    meaning = models.TextField(_("meaning for the organisation"), blank=True)
    may_be_published = models.BooleanField(_("may be published"), null=True)
    version = models.PositiveIntegerField(default=0)
    """Counts edits, so that two windows do not overwrite one another."""
    handed_in_at = models.DateTimeField(null=True)
    """When it was handed in last: that, and the day it was due then, say whether it was in time."""
    handed_in_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    question = models.TextField(blank=True)
    """What staff miss, until it is handed in again."""
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_because = models.TextField(blank=True)
    lifted_at = models.DateTimeField(null=True)
    """When staff let its people apply although it is late."""
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[models.Manager["FinalReport"]] = FinalReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("final report")
        verbose_name_plural = _("final reports")
        ordering = ("due_on", "pk")
        indexes = [models.Index(fields=["state", "due_on"])]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.state}"

    def get_absolute_url(self) -> str:
        """The page on which it is written and read."""
        return reverse("final_report", args=[self.project.name])

    @property
    def is_open(self) -> bool:
        """Whether its leader writes it."""
        return self.state == self.State.OPEN

    @property
    def is_handed_in(self) -> bool:
        """Whether it waits for staff."""
        return self.state == self.State.HANDED_IN

    @property
    def is_late(self) -> bool:
        """Whether it is not handed in, and its day has passed."""
        return self.is_open and self.due_on < timezone.localdate()


@pghistory.track()
class ReportOutput(models.Model):
    """Something that came of a project and can be looked at."""

    class Kind(models.TextChoices):
        """What it is."""

        PUBLICATION = "publication", _("Publication")
        SOFTWARE = "software", _("Software or model")
        DATA = "data", _("Data")
        PATENT = "patent", _("Patent")
        PRODUCT = "product", _("Product or service")
        FUNDING = "funding", _("Further funding")

    report = models.ForeignKey(FinalReport, on_delete=models.CASCADE, related_name="outputs")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    link = models.CharField(_("link or DOI"), max_length=LONGEST_LINK, blank=True)

    class Meta:
        verbose_name = _("output of a project")
        verbose_name_plural = _("outputs of projects")
        ordering = ("report", "pk")

    def __str__(self) -> str:
        return self.title
