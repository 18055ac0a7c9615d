"""Sums of the days of usage, for reports about many projects or long times.

Triggers of the database keep them, in the transaction that writes the days, so they cannot differ;
as their days do, they stand without foreign keys: whoever has days cannot leave. A sum of which
nothing is left keeps its row, with zeros or without any waits.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.models.sites import Site
from allocations.models.tracks import Track
from allocations.models.waits import Waits


class ProjectMonth(models.Model):
    """What a project used at a site in one month of UTC, and how its jobs ended."""

    project = models.ForeignKey(
        "allocations.Project",
        on_delete=models.PROTECT,
        related_name="months",
        db_constraint=False,
        db_index=False,
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    month = models.DateField()
    """Its first day."""
    gpu_seconds = models.BigIntegerField(default=0)
    cpu_seconds = models.BigIntegerField(default=0)
    jobs_ended = models.BigIntegerField(default=0)
    jobs_failed = models.BigIntegerField(default=0)
    """Ended in another way than that they completed or were cancelled."""
    failed_gpu_seconds = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("month of a project")
        verbose_name_plural = _("months of projects")
        constraints = [
            models.UniqueConstraint(fields=["project", "site", "month"], name="one_row_a_month")
        ]
        indexes = [models.Index(fields=["month"])]

    def __str__(self) -> str:
        return f"{self.project_id} {self.site_id} {self.month:%Y-%m}"


class ProjectWait(Waits):
    """How long the jobs of a project had waited that began in one month of UTC at a site."""

    project = models.ForeignKey(
        "allocations.Project",
        on_delete=models.PROTECT,
        related_name="waits_by_month",
        db_constraint=False,
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    month = models.DateField()
    """Its first day."""

    class Meta(Waits.Meta):
        verbose_name = _("waits of a project in a month")
        verbose_name_plural = _("waits of projects in months")
        constraints = [
            *Waits.Meta.constraints,
            models.UniqueConstraint(fields=["month", "site", "project"], name="one_wait_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.site_id} {self.month:%Y-%m}"


class ProjectYearWait(Waits):
    """How long the jobs of a project had waited that began in one year of UTC at a site."""

    project = models.ForeignKey(
        "allocations.Project",
        on_delete=models.PROTECT,
        related_name="waits_by_year",
        db_constraint=False,
        db_index=False,
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    year = models.DateField()
    """Its first day."""

    class Meta(Waits.Meta):
        verbose_name = _("waits of a project in a year")
        verbose_name_plural = _("waits of projects in years")
        constraints = [
            *Waits.Meta.constraints,
            models.UniqueConstraint(fields=["year", "site", "project"], name="one_wait_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.site_id} {self.year:%Y}"


class SiteDay(models.Model):
    """What all projects of a track used at a site on one UTC day, and how their jobs ended."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    track = models.ForeignKey(Track, on_delete=models.PROTECT)
    day = models.DateField()
    gpu_seconds = models.BigIntegerField(default=0)
    cpu_seconds = models.BigIntegerField(default=0)
    jobs_ended = models.BigIntegerField(default=0)
    jobs_failed = models.BigIntegerField(default=0)
    failed_gpu_seconds = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("day of a site")
        verbose_name_plural = _("days of sites")
        constraints = [
            models.UniqueConstraint(fields=["day", "site", "track"], name="one_row_a_site_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.track_id} {self.day}"


class SiteWait(Waits):
    """How long the jobs had waited that began on one UTC day at a site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    day = models.DateField()

    class Meta(Waits.Meta):
        verbose_name = _("wait at a site")
        verbose_name_plural = _("waits at sites")
        constraints = [
            *Waits.Meta.constraints,
            models.UniqueConstraint(fields=["day", "site"], name="one_wait_a_site_and_day"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.day}"


class SiteMonthWait(Waits):
    """How long the jobs had waited that began in one month of UTC at a site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    month = models.DateField()
    """Its first day."""

    class Meta(Waits.Meta):
        verbose_name = _("waits at a site in a month")
        verbose_name_plural = _("waits at sites in months")
        constraints = [
            *Waits.Meta.constraints,
            models.UniqueConstraint(fields=["month", "site"], name="one_wait_a_site_and_month"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.month:%Y-%m}"


class SettledChange(models.Model):
    """Takes its next number whenever something is counted of a day that has ended.

    It never has rows. Triggers of the days take the number and hold a lock on the table until
    their transaction ends, as events do for audited tables: see `portal.remembered`.
    """

    class Meta:
        verbose_name = _("change of a settled day")
        verbose_name_plural = _("changes of settled days")

    def __str__(self) -> str:
        return str(self.pk)
