"""Sums of the days of usage, for reports about many projects or long times.

Triggers of the database keep them, in the transaction that writes the days, so they cannot differ;
as their days do, they stand without foreign keys: whoever has days cannot leave.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.models.sites import Site
from allocations.models.tracks import Track


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


class Waits(models.Model):
    """How many jobs that began in some time had waited about so long."""

    bucket = models.PositiveSmallIntegerField()
    """See `allocations.rules.waits`."""
    jobs = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class ProjectWait(Waits):
    """How many jobs of a project that began in one month of UTC at a site had waited so long."""

    project = models.ForeignKey(
        "allocations.Project",
        on_delete=models.PROTECT,
        related_name="waits_by_month",
        db_constraint=False,
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    month = models.DateField()
    """Its first day."""

    class Meta:
        verbose_name = _("waits of a project in a month")
        verbose_name_plural = _("waits of projects in months")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "site", "project", "bucket"], name="one_wait_a_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.site_id} {self.month:%Y-%m} {self.bucket}"


class ProjectYearWait(Waits):
    """How many jobs of a project that began in one year of UTC at a site had waited so long."""

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

    class Meta:
        verbose_name = _("waits of a project in a year")
        verbose_name_plural = _("waits of projects in years")
        constraints = [
            models.UniqueConstraint(
                fields=["year", "site", "project", "bucket"], name="one_wait_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.site_id} {self.year:%Y} {self.bucket}"


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
    """How many jobs that began on one UTC day at a site had waited about so long."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    day = models.DateField()

    class Meta:
        verbose_name = _("wait at a site")
        verbose_name_plural = _("waits at sites")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "site", "bucket"], name="one_wait_a_site_and_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.day} {self.bucket}"


class SiteMonthWait(Waits):
    """How many jobs that began in one month of UTC at a site had waited about so long."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    month = models.DateField()
    """Its first day."""

    class Meta:
        verbose_name = _("waits at a site in a month")
        verbose_name_plural = _("waits at sites in months")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "site", "bucket"], name="one_wait_a_site_and_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.month:%Y-%m} {self.bucket}"


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
