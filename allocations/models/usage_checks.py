"""How the portal's usage stands to Slurm's own figures, as the sites' bridges found it."""

from typing import ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.models.projects import Allocation
from allocations.models.sites import Site


class SiteCheck(models.Model):
    """The newest check of a site."""

    site = models.OneToOneField(
        Site, on_delete=models.CASCADE, related_name="usage_check", primary_key=True
    )
    checked_at = models.DateTimeField()
    first_day = models.DateField()
    last_day = models.DateField()
    """Between these each UTC day was compared by itself, all before them as one sum."""
    rolled_up_until = models.DateTimeField(null=True)
    """How far the site's slurmdbd had added up its hours; None where it did not say."""
    remaining = models.PositiveIntegerField(default=0)
    """How many differences remained."""

    class Meta:
        verbose_name = _("check of a site's usage")
        verbose_name_plural = _("checks of sites' usage")

    def __str__(self) -> str:
        return f"{self.site} {self.checked_at:%Y-%m-%d %H:%M:%S}"


class CheckedTotal(models.Model):
    """All that a project used at a site until a day, as the portal and as Slurm count it."""

    allocation = models.OneToOneField(
        Allocation, on_delete=models.CASCADE, related_name="checked_total", primary_key=True
    )
    checked_at = models.DateTimeField()
    until_day = models.DateField()
    """The last UTC day that is in the sums."""
    portal_gpu_seconds = models.BigIntegerField()
    portal_cpu_seconds = models.BigIntegerField()
    slurm_gpu_seconds = models.BigIntegerField()
    slurm_cpu_seconds = models.BigIntegerField()

    class Meta:
        verbose_name = _("checked sum")
        verbose_name_plural = _("checked sums")

    def __str__(self) -> str:
        return f"{self.allocation_id} until {self.until_day}"

    @property
    def is_equal(self) -> bool:
        """Whether both count the same, to the second."""
        ours = (self.portal_gpu_seconds, self.portal_cpu_seconds)
        return ours == (self.slurm_gpu_seconds, self.slurm_cpu_seconds)


class UsageDifferenceQuerySet(models.QuerySet["UsageDifference"]):
    """Named selections of differences."""

    def remaining(self) -> "UsageDifferenceQuerySet":
        """Those that the last check that looked at their day still found."""
        return self.filter(resolved_at=None)


@pghistory.track()
class UsageDifference(models.Model):
    """A user's UTC day in a project that portal and Slurm count otherwise; kept when resolved."""

    class Reason(models.TextChoices):
        """Why they differ."""

        ROLLUP_LATE = "rollup_late", _("Slurm has not added up this day yet")
        ROLLUP_MISSED = "rollup_missed", _("Slurm added up this day before all records had come")
        ASSOCIATION_DELETED = "association_deleted", _("Slurm's database lost the association")
        HOURS_SHIFTED = "hours_shifted", _("Slurm's time zone shifts its hours")
        RESERVATION = "reservation", _("Slurm adds idle time of a reservation")
        SUSPENSION_SPREAD = "suspension_spread", _("A job was suspended and ran over midnight")
        SUMS_STALE = "sums_stale", _("Slurm's sums hold what its records no longer have")
        ROW_REFUSED = "row_refused", _("A record of Slurm cannot be understood")
        RECORDS_DIFFER = "records_differ", _("The portal lacks what Slurm's records say")
        UNEXPLAINED = "unexplained", _("No reason found")

    allocation = models.ForeignKey(
        Allocation, on_delete=models.PROTECT, related_name="usage_differences"
    )
    day = models.DateField(_("day"))
    username = models.CharField(_("user"), max_length=64)
    portal_gpu_seconds = models.BigIntegerField()
    portal_cpu_seconds = models.BigIntegerField()
    slurm_gpu_seconds = models.BigIntegerField()
    slurm_cpu_seconds = models.BigIntegerField()
    records_gpu_seconds = models.BigIntegerField()
    records_cpu_seconds = models.BigIntegerField()
    """As the sum of Slurm's records of runs says; the others of Slurm are its report's."""
    reason = models.CharField(_("why"), max_length=20, choices=Reason)
    detail = models.CharField(max_length=300, blank=True)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    objects: ClassVar[UsageDifferenceQuerySet] = UsageDifferenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("difference of usage")
        verbose_name_plural = _("differences of usage")
        ordering = ("-day", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["allocation", "day", "username"], name="one_difference_a_day"
            )
        ]
        indexes = [
            models.Index(fields=["-day", "-id"]),
            models.Index(
                fields=["allocation"],
                condition=models.Q(resolved_at=None),
                name="remaining_difference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.day}: {self.allocation}"
