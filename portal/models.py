"""The rows of the portal's own: files that were asked for, and reports that come by mail."""

from typing import ClassVar

import pghistory
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.private_files import new_file_name


class ReportKind(models.TextChoices):
    """What a file is about."""

    PROGRAMME = "programme", _("The programme's figures")
    USAGE = "usage", _("GPU-hours by project and site")
    JOBS = "jobs", _("Every job")


class FileFormat(models.TextChoices):
    """What sort of file it is."""

    PDF = "pdf", "PDF"
    XLSX = "xlsx", "XLSX"
    CSV = "csv", "CSV"
    JSON = "json", "JSON"


class ExportState(models.TextChoices):
    """Where a file stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being made")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    REMOVED = "removed", _("Removed after its time")


OPEN_STATES = frozenset({ExportState.WAITING, ExportState.RUNNING})


@pghistory.track()
class ReportSubscription(models.Model):
    """A report of each past month that somebody gets by mail."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="subscriptions")
    file_format = models.CharField(_("format"), max_length=4, choices=FileFormat)
    query: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    """The selection, as in the address of the programme's page, without its period."""
    last_month = models.DateField()
    """The first day of the last month that was sent, or need not be."""
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("monthly report")
        verbose_name_plural = _("monthly reports")
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"{self.file_format} each month for {self.person}"


@pghistory.track()
class Export(models.Model):
    """A file that somebody asked for."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    kind = models.CharField(_("report"), max_length=12, choices=ReportKind)
    file_format = models.CharField(_("format"), max_length=4, choices=FileFormat)
    query: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    """The selection, as in the address of the page."""
    state = models.CharField(
        _("state"), max_length=10, choices=ExportState, default=ExportState.WAITING
    )
    file_name = models.CharField(max_length=64, unique=True, default=new_file_name)
    size_bytes = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Export"]] = models.Manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.kind} as {self.file_format} for {self.person}"

    def get_absolute_url(self) -> str:
        """The page that says how far it is."""
        return reverse("export", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether the worker has it to make."""
        return self.state in OPEN_STATES

    @property
    def is_ready(self) -> bool:
        """Whether it can be fetched."""
        return self.state == ExportState.DONE

    @property
    def shown_name(self) -> str:
        """What the file is called once it was fetched."""
        return f"belfry-{self.kind}-{self.created_at:%Y-%m-%d}.{self.file_format}"


class ExportProgress(models.Model):
    """How far the worker is with a file; no part of the audit."""

    export = models.OneToOneField(
        Export, on_delete=models.CASCADE, related_name="progress", primary_key=True
    )
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("progress of an export")
        verbose_name_plural = _("progress of exports")

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"

    @property
    def percent(self) -> int:
        """So much of it is written."""
        return min(100 * self.done // self.total, 100) if self.total else 0


@pghistory.track()
class AccessibilityFeedback(models.Model):
    """What somebody, signed in or not, said of the portal's accessibility."""

    text = models.TextField(_("message"))
    page = models.CharField(_("page"), max_length=500, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    sent_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("message about accessibility")
        verbose_name_plural = _("messages about accessibility")
        ordering = ("-sent_at", "-pk")
        indexes = [models.Index(fields=["sent_at"])]

    def __str__(self) -> str:
        return self.text[:80]
