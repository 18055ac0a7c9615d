"""Members who have left, the jobs that their sites still wait for, and which of them to cancel."""

from typing import Any, ClassVar

import pghistory
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter

from accounts.models import User
from allocations.models.projects import Allocation
from slurm_bridge.wire_leaving import ENDING, QueuedJob

_JOBS = TypeAdapter(tuple[QueuedJob, ...])


class LeavingMember(models.Model):
    """A removal that waits, with its jobs as the site said last; gone when it waits no more."""

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="leaving")
    username = models.CharField(_("user name"), max_length=200)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    """None where somebody was added by hand whom the portal does not know."""
    jobs: models.JSONField[list[Any], list[Any]] = models.JSONField()
    """A list of `wire_leaving.QueuedJob`."""
    jobs_in_all = models.PositiveIntegerField(_("jobs"))
    waiting_since = models.DateTimeField(_("waiting since"), default=timezone.now)
    read_at = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("leaving member")
        verbose_name_plural = _("leaving members")
        ordering = ("waiting_since", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["allocation", "username"], name="one_row_for_a_leaving_member"
            )
        ]

    def __str__(self) -> str:
        return self.user.full_name if self.user else self.username

    def get_absolute_url(self) -> str:
        """The page with the list of jobs."""
        return reverse("leaving_jobs", args=[self.pk])

    @property
    def queued_jobs(self) -> tuple[QueuedJob, ...]:
        """The jobs, the lowest numbers first."""
        return _JOBS.validate_python(self.jobs)

    def undecided_jobs(self) -> list[QueuedJob]:
        """Those that nobody has confirmed the cancel of, and that are not ending anyway."""
        open_cancels = JobCancel.objects.waiting().filter(
            allocation=self.allocation_id, username=self.username
        )
        confirmed = {job_id for cancel in open_cancels for job_id in cancel.job_ids}
        return [
            job
            for job in self.queued_jobs
            if job.job_id not in confirmed and job.state not in ENDING
        ]


class JobCancelQuerySet(models.QuerySet["JobCancel"]):
    """Named selections of cancels."""

    def waiting(self) -> "JobCancelQuerySet":
        """Those of which the site has not yet said that no job is left."""
        return self.filter(ended_at=None)


@pghistory.track()
class JobCancel(models.Model):
    """Exactly these jobs of somebody who has left, seen by staff and to be cancelled."""

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="cancels")
    username = models.CharField(max_length=200)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    job_ids: models.JSONField[list[str], list[str]] = models.JSONField()
    reason = models.TextField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    """When none of these jobs was left, whether it was cancelled or had ended by itself."""

    objects: ClassVar[JobCancelQuerySet] = JobCancelQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("cancel of jobs")
        verbose_name_plural = _("cancels of jobs")
        ordering = ("confirmed_at", "pk")

    def __str__(self) -> str:
        return f"{len(self.job_ids)} jobs of {self.username} in {self.allocation}"

    @property
    def who(self) -> str:
        """The person, or the user name of somebody unknown."""
        return self.user.full_name if self.user else self.username
