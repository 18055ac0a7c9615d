"""Projects, their members, and what they may use at each site."""

import uuid
from datetime import date
from typing import Any, ClassVar

import pghistory
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, UnixGroup, User
from allocations.models.applications import Application, Decision
from allocations.models.rollups import ProjectMonth
from allocations.models.sites import Partition, Site
from allocations.models.tracks import Track
from allocations.rules.budgets import EntryKind
from allocations.rules.naming import qos_name
from allocations.states import AllocationState, allocation_state


def new_owner_mark() -> str:
    """What Belfry writes into the descriptions of what it makes in Slurm, to know it again."""
    return f"belfry-{uuid.uuid4()}"


class ProjectQuerySet(models.QuerySet["Project"]):
    """Named selections of projects."""

    def of(self, user: User) -> "ProjectQuerySet":
        """The projects that somebody is a member of today."""
        return self.filter(memberships__user=user, memberships__left_at=None)


@pghistory.track()
class Project(models.Model):
    """An awarded application; its Slurm accounts bear its name wherever that is free."""

    name = models.CharField(_("name"), max_length=20, unique=True)
    owner_mark = models.CharField(max_length=60, unique=True, default=new_owner_mark)
    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="project"
    )
    track = models.ForeignKey(Track, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    unix_group = models.OneToOneField(
        UnixGroup, on_delete=models.PROTECT, related_name="project", null=True
    )
    title = models.CharField(_("title"), max_length=150)
    created_at = models.DateTimeField(default=timezone.now)

    has_plans: bool = True
    has_leaving: bool = True
    has_drift: bool = True
    has_cancels: bool = True
    has_invitations: bool = True
    has_new_leaders: bool = True
    has_claw_backs: bool = True
    """False only where `queries.projects_with_what_is_rare` looked and found none."""

    objects: ClassVar[ProjectQuerySet] = ProjectQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The project's page."""
        return reverse("project", args=[self.name])


@pghistory.track()
class Membership(models.Model):
    """Somebody's part in a project; `left_at` is set instead of deleting the row."""

    class Role(models.TextChoices):
        """What a member may do in the project."""

        LEADER = "leader", _("Leader")
        MEMBER = "member", _("Member")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("role", "joined_at")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "user"], condition=Q(left_at=None), name="one_part_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}"


def _ended(today: date) -> Q:
    past = Q(ends_on__lt=today, adopted_at=None, is_offered=False)
    return Q(released_at__isnull=False) | past


class AllocationQuerySet(models.QuerySet["Allocation"]):
    """Named selections of allocations."""

    def with_figures(self) -> "AllocationQuerySet":
        """With `granted_minutes` of the ledger and `used_seconds` of GPU time, in one query."""
        used = (
            ProjectMonth.objects.filter(project=OuterRef("project"), site=OuterRef("site"))
            .values("project")
            .annotate(total=Sum("gpu_seconds"))
            .values("total")
        )
        return self.with_grants().annotate(  # type: ignore[no-redef]  # declared for its readers
            used_seconds=Coalesce(Subquery(used), 0, output_field=models.BigIntegerField()),
        )

    def with_grants(self) -> "AllocationQuerySet":
        """With `granted_minutes` of the ledger."""
        granted = (
            LedgerEntry.objects.filter(allocation=OuterRef("pk"))
            .values("allocation")
            .annotate(total=Sum("gpu_minutes"))
            .values("total")
        )
        return self.annotate(  # type: ignore[no-redef]  # declared on the model for its readers
            granted_minutes=Coalesce(Subquery(granted), 0),
        )

    def with_site_status(self) -> "AllocationQuerySet":
        """With their site and when it was heard; what it said of its Slurm is long to read."""
        said = ("site__status__heartbeat",)
        return self.select_related("site__status").defer(*said)

    def with_other_name(self) -> "AllocationQuerySet":
        """Those whose account is not called as their project is, with project and site."""
        found = self.current().filter(adopted_at=None).select_related("project", "site")
        return found.exclude(account_name=F("project__name")).order_by("account_name")

    def ended_before(self, today: date) -> "AllocationQuerySet":
        """Allocations whose last day has passed, and accounts that were given back."""
        return self.filter(_ended(today))

    def running_on(self, today: date) -> "AllocationQuerySet":
        """Those that have not ended, whether jobs may start there or not."""
        return self.exclude(_ended(today))

    def current(self) -> "AllocationQuerySet":
        """Those that Belfry looks after; not the accounts that it gave back."""
        return self.filter(released_at=None)

    def taken_up(self) -> "AllocationQuerySet":
        """Those that sites set up; not what waits for its applicant to accept it."""
        return self.current().filter(is_offered=False)

    def in_state(self, state: AllocationState, today: date) -> "AllocationQuerySet":
        """Those that stand there on a day; the same answer as `Allocation.state_on`."""
        if state == AllocationState.EXPIRED:
            return self.ended_before(today)
        running = self.running_on(today)
        if state == AllocationState.OFFERED:
            return running.filter(is_offered=True)
        running = running.filter(is_offered=False)
        if state == AllocationState.SUSPENDED:
            return running.exclude(suspended_because="")
        is_new = state == AllocationState.PROVISIONING
        return running.filter(suspended_because="", active_since__isnull=is_new)


@pghistory.track()
class Allocation(models.Model):
    """A project's right to use one site until a day; its amount is the sum of its ledger."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="allocations")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="allocations")
    account_name = models.CharField(_("Slurm account"), max_length=63)
    """The project's name, or another one where the site's Slurm had that already."""
    partitions = models.ManyToManyField(Partition)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    is_offered = models.BooleanField(default=False)
    """Whether it is an offer: its hours are taken from the pools, and no site knows of it.

    It stays one where it is released without ever being accepted.
    """
    suspended_because = models.TextField(_("why it is suspended"), blank=True)
    active_since = models.DateTimeField(null=True)
    """When a test submission was first accepted; None until then, or when one was refused."""
    not_ready_because = models.TextField(blank=True)
    """Why Slurm does not accept jobs yet, in the site's own words."""
    confirmed_at = models.DateTimeField(null=True)
    """When the last test submission was accepted."""
    adopted_at = models.DateTimeField(null=True)
    """When an account that the site had before was brought under the project; else None."""
    site_limits: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    """Of an adopted account the limits that it had then, in Slurm's words."""
    history_wanted = models.BooleanField(default=False)
    """Until the site has sent all that an adopted account ever ran."""
    released_at = models.DateTimeField(null=True)
    """When an adopted account was given back to its site, or an offer was not accepted.

    Belfry has nothing to do with it then.
    """
    released_because = models.TextField(blank=True)
    lost_minutes = models.BigIntegerField(default=0)
    """GPU-minutes that were used, and that the site's Slurm has forgotten: its limit is lower."""

    granted_minutes: int
    used_seconds: int
    """Both set by `with_figures` only."""

    objects: ClassVar[AllocationQuerySet] = AllocationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ("site",)
        constraints = [
            models.UniqueConstraint(fields=["project", "site"], name="one_allocation_a_site"),
            models.UniqueConstraint(
                fields=["site", "account_name"],
                condition=Q(released_at=None),
                name="one_account_of_a_name",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} at {self.site}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The account bears the project's name unless it was given another."""
        self.account_name = self.account_name or self.project.name
        super().save(*args, **kwargs)

    @property
    def qos_name(self) -> str:
        """The name of the QOS that holds this budget in Slurm."""
        return qos_name(self.account_name, self.site.code)

    @property
    def has_other_name(self) -> bool:
        """Whether the account had to be called otherwise than its project."""
        return self.adopted_at is None and self.account_name != self.project.name

    def state_on(self, today: date) -> AllocationState:
        """Where the allocation stands on a day."""
        return allocation_state(
            today=today,
            ends_on=self.ends_on,
            is_offered=self.is_offered,
            adopted_at=self.adopted_at,
            released_at=self.released_at,
            suspended_because=self.suspended_because,
            active_since=self.active_since,
        )

    @property
    def state(self) -> AllocationState:
        """Where the allocation stands today, by the calendar in Brussels."""
        return self.state_on(timezone.localdate())


@pghistory.track()
class LedgerEntry(models.Model):
    """GPU-minutes given or taken; corrected by further entries, never by edits."""

    Kind = EntryKind

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="ledger")
    kind = models.CharField(max_length=12, choices=Kind)
    gpu_minutes = models.BigIntegerField()
    reason = models.TextField()
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    counterpart = models.OneToOneField("self", on_delete=models.PROTECT, null=True)
    """Of what arrived in a transfer, what left the other site; of a reversal, what is reversed."""
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.gpu_minutes:+d} GPU-minutes: {self.allocation}"
