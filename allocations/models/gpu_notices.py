"""Runs whose GPUs stand idle, and who was told of it."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.models.gpu import GpuRun
from allocations.models.sites import Site


class IdleRun(models.Model):
    """Since when none of a run's GPUs did anything; written by `actions.idle_runs`."""

    run = models.OneToOneField(
        GpuRun, on_delete=models.CASCADE, primary_key=True, related_name="idle"
    )
    utilisation_seconds = models.FloatField()
    """As they were when it was looked at last, and likewise the next two."""
    measured_seconds = models.FloatField()
    seen_until = models.DateTimeField()
    idle_since = models.DateTimeField()
    """The first sample, or the last one before which a GPU did something."""
    measured_before = models.FloatField()
    """The measured GPU-seconds at that time."""

    class Meta:
        verbose_name = _("idle run")
        verbose_name_plural = _("idle runs")

    def __str__(self) -> str:
        return f"{self.run_id} idle since {self.idle_since:%Y-%m-%d %H:%M}"


@pghistory.track()
class GpuNotice(models.Model):
    """A mail to somebody about how one run used its GPUs; it outlasts the rows of the run."""

    class Kind(models.TextChoices):
        """Why it was sent."""

        WASTE = "waste", _("sent by staff")
        IDLE = "idle", _("idle while running")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    db_index = models.BigIntegerField()
    """With the next one the run's key, as in `Job`."""
    submitted_at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """None is the portal itself."""
    sent_at = models.DateTimeField(auto_now_add=True)
    said = models.TextField()
    """The sentence about the run."""

    class Meta:
        verbose_name = _("mail about GPUs")
        verbose_name_plural = _("mails about GPUs")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "db_index", "submitted_at", "kind"], name="told_once_of_each_run"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.db_index} at {self.site_id}"


class GpuRunTenth(models.Model):
    """How many runs of a track that were seen last on one UTC day at a site were about so busy.

    Triggers of the database keep it, in the transaction that writes the runs; runs that leave with
    their month stay counted.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    track = models.ForeignKey("allocations.Track", on_delete=models.PROTECT)
    day = models.DateField()
    tenth = models.PositiveSmallIntegerField()
    """0 is less than 10 % on average, 9 is 90 % and more."""
    runs = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("runs about so busy")
        verbose_name_plural = _("runs about so busy")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "site", "track", "tenth"], name="one_row_a_tenth_and_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.track_id} {self.day} {self.tenth}"
