"""Applications: what is asked for, by whom, every step they took, and what was decided."""

from datetime import date
from typing import ClassVar

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from allocations.models.sites import Partition, Site
from allocations.models.track_versions import TrackVersion
from allocations.models.tracks import Track
from allocations.states import EDITABLE_STATES, OPEN_STATES, UNDECIDED_STATES, ApplicationState

MOST_GPU_HOURS = 100_000_000
"""More than both sites could give in a century; keeps every sum far inside 64 bits."""


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Named selections of applications."""

    def of(self, user: User) -> "ApplicationQuerySet":
        """The applications that somebody wrote or accepted an invitation to."""
        wrote = Application.objects.filter(applicant=user).order_by().values("pk")
        joined = Invitation.objects.filter(accepted_by=user).order_by().values("application")
        # Either by its index: an OR would read every application.
        return self.filter(pk__in=wrote.union(joined))

    def handed_in(self) -> "ApplicationQuerySet":
        """Everything that was submitted at least once."""
        return self.filter(submitted_at__isnull=False)

    def unanswered(self, today: date) -> "ApplicationQuerySet":
        """Those whose applicant did not answer a question in time."""
        return self.filter(state=ApplicationState.INFO_REQUESTED, answer_due_on__lt=today)

    def for_form(self) -> "ApplicationQuerySet":
        """With all that a page of the form asks again and again.

        What a site said of its Slurm is long to read, and nothing of the form.
        """
        hours = RequestedHours.objects.select_related("site__status")
        return self.select_related(
            "track", "track_version", "applicant", "organisation__size_figures"
        ).prefetch_related("section_answers", models.Prefetch("requested_hours", hours))

    def for_lists(self) -> "ApplicationQuerySet":
        """With all that a row of a list shows, in a fixed number of queries.

        Hours and people are read for the rows of a page alone; the long texts stay where they are.
        """
        asked = RequestedHours.objects.filter(application=models.OuterRef("pk")).order_by()
        hours = asked.values("application").annotate(sum=models.Sum("gpu_hours")).values("sum")
        return (
            self.select_related("track", "organisation")
            .prefetch_related("applicant")
            .defer("abstract", "purpose", "answers")
            .annotate(gpu_hours=Coalesce(models.Subquery(hours), 0))
        )


@pghistory.track()
class Application(models.Model):
    """A request for GPU time."""

    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    track = models.ForeignKey(Track, on_delete=models.PROTECT, verbose_name=_("track"))
    track_version = models.ForeignKey(
        TrackVersion, on_delete=models.PROTECT, null=True, related_name="applications"
    )
    """The one under which it was first handed in; None for drafts, which follow their track."""
    applicant = models.ForeignKey(User, on_delete=models.PROTECT, related_name="applications")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, verbose_name=_("organisation")
    )
    title = models.CharField(_("title"), max_length=150, blank=True)
    abstract = models.TextField(_("public abstract"), max_length=2000, blank=True)
    may_be_listed = models.BooleanField(_("in the public list"), default=False)
    """Whether its people agree that everybody may know of the awarded project."""
    purpose = models.TextField(_("purpose"), max_length=5000, blank=True)
    months = models.PositiveSmallIntegerField(_("length in months"), null=True)
    is_economic_activity = models.BooleanField(_("economic activity"), null=True)
    """Whether GPU time for it is aid; None: as is usual for the kind of organisation."""
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    """What was answered to the questions that have no column of their own, by question."""
    state = models.CharField(
        _("state"), max_length=20, choices=ApplicationState, default=ApplicationState.DRAFT
    )
    version = models.PositiveIntegerField(default=0)
    """Counts edits, so that two people who edit at once notice it."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(null=True)
    decision_due_on = models.DateField(_("decision due"), null=True)
    decision_amber_on = models.DateField(null=True)
    decision_red_on = models.DateField(null=True)
    answer_due_on = models.DateField(_("answer due"), null=True)
    """The applicant's last day to answer a question; on the next it is withdrawn by itself."""

    objects: ClassVar[models.Manager["Application"]] = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ("-created_at",)
        indexes = [models.Index(fields=["state", "decision_due_on"])]

    def __str__(self) -> str:
        return self.title or self.reference

    def get_absolute_url(self) -> str:
        """The applicant's page of this application."""
        return reverse("application", args=[self.reference])

    @property
    def is_editable(self) -> bool:
        """Whether the applicant may change it now."""
        return self.state in EDITABLE_STATES

    @property
    def is_economic(self) -> bool:
        """Whether GPU time for it is aid to an economic activity."""
        if self.is_economic_activity is not None:
            return self.is_economic_activity
        kind = self.organisation.kind if self.organisation else ""
        return kind in Organisation.ENTERPRISES

    def rules(self) -> TrackVersion:
        """What holds for it of its track: a draft follows what holds today."""
        if self.track_version is not None:
            return self.track_version
        return self._rules_today

    @cached_property
    def _rules_today(self) -> TrackVersion:
        """Read once for a page or an action, which ask for it again and again."""
        today = timezone.localdate()
        versions = TrackVersion.objects.on(today).select_related("track")
        return versions.get(track=self.track_id)

    @cached_property
    def times_handed_in(self) -> int:
        """How often, read once for a page that asks for each of its reviews."""
        return self.snapshots.count()

    @property
    def is_open(self) -> bool:
        """Whether it waits for staff or for the applicant's answer."""
        return self.state in OPEN_STATES

    @property
    def is_undecided(self) -> bool:
        """Whether it may still be granted, rejected or withdrawn; on the wait-list, too."""
        return self.state in UNDECIDED_STATES


@pghistory.track()
class RequestedHours(models.Model):
    """How much an application asks for at one site."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="requested_hours"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    gpu_hours = models.PositiveIntegerField(_("GPU-hours"), validators=[MinValueValidator(1)])

    class Meta:
        ordering = ("site",)
        constraints = [
            models.UniqueConstraint(fields=["application", "site"], name="one_request_a_site"),
            models.CheckConstraint(
                condition=models.Q(gpu_hours__gte=1, gpu_hours__lte=MOST_GPU_HOURS),
                name="requested_hours_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gpu_hours} GPU-hours at {self.site}"


@pghistory.track(exclude=["token_digest"])
class Invitation(models.Model):
    """Somebody invited by e-mail to join an application's team, and later its project."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("e-mail address"))
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="accepted_invitations"
    )
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("invited_at",)
        constraints = [
            models.UniqueConstraint(fields=["application", "email"], name="one_invitation_each")
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.application}"

    @property
    def has_run_out(self) -> bool:
        """Whether its link no longer works because it is too old."""
        return self.expires_at <= timezone.now()


@pghistory.track()
class Transition(models.Model):
    """One step of an application: the rows of its timeline."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="transitions"
    )
    state = models.CharField(max_length=20, choices=ApplicationState)
    reason = models.TextField(blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.application_id} → {self.state}"


@pghistory.track()
class Decision(models.Model):
    """What staff decided, and why."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, null=True, related_name="decision"
    )
    """None where an appeal has overturned it."""
    overturned_for = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, related_name="overturned_decisions"
    )
    """The application that is decided anew after an appeal."""
    outcome = models.CharField(max_length=20, choices=ApplicationState)
    reason = models.TextField(_("reason"))
    is_ineligible = models.BooleanField(default=False)
    """Whether it was refused before its merits were looked at, so that nobody reviewed it."""
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(application=None) ^ models.Q(overturned_for=None),
                name="decision_holds_or_is_overturned",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.about.reference}"

    @property
    def about(self) -> Application:
        """The application that it decided, also where an appeal has overturned it."""
        application = self.application or self.overturned_for
        if application is None:
            raise ValueError(f"decision {self.pk} is about nothing")
        return application


@pghistory.track()
class Award(models.Model):
    """What a decision grants at one site."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="awards")
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    gpu_hours = models.PositiveIntegerField(_("GPU-hours"))
    partitions = models.ManyToManyField(Partition)

    class Meta:
        ordering = ("site",)
        constraints = [
            models.UniqueConstraint(fields=["decision", "site"], name="one_award_a_site")
        ]

    def __str__(self) -> str:
        return f"{self.gpu_hours} GPU-hours at {self.site}"
