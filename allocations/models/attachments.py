"""Files that belong to an application."""

from typing import ClassVar

import pghistory
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.private_files import PrivateFolder, new_file_name
from allocations.models.applications import Application

ATTACHMENTS = PrivateFolder("ATTACHMENT_FOLDER")


class ScanState(models.TextChoices):
    """What the virus scanner said of a file."""

    WAITING = "waiting", _("Being checked for viruses")
    CLEAN = "clean", _("Checked")
    INFECTED = "infected", _("Refused: it holds a virus")


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Named selections of attachments."""

    def shown(self) -> "AttachmentQuerySet":
        """Those that the applicant did not take away."""
        return self.filter(removed_at=None)


@pghistory.track()
class Attachment(models.Model):
    """A file that an applicant attached; what was handed in once is never erased."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="attachments"
    )
    file_name = models.CharField(max_length=64, unique=True, default=new_file_name)
    """Under which it lies in its folder; says nothing of what it is."""
    shown_name = models.CharField(_("file"), max_length=120)
    content_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("attached"), default=timezone.now)
    scan_state = models.CharField(
        _("state"), max_length=10, choices=ScanState, default=ScanState.WAITING
    )
    scanned_at = models.DateTimeField(null=True)
    finding = models.CharField(max_length=200, blank=True)
    """The name of what the scanner found."""
    removed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Attachment"]] = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("added_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scan_state=ScanState.WAITING, scanned_at=None)
                | (~models.Q(scan_state=ScanState.WAITING) & models.Q(scanned_at__isnull=False)),
                name="scanned_when_not_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.shown_name

    def get_absolute_url(self) -> str:
        """Where those who may see it fetch it."""
        return reverse("attachment_file", args=[self.application.reference, self.pk])

    @property
    def is_clean(self) -> bool:
        """Whether it may be fetched."""
        return self.scan_state == ScanState.CLEAN
