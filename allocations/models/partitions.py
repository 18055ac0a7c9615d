"""Partitions that one project has to itself."""

from datetime import date
from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from allocations.models.projects import Allocation

HIGHEST_PRIORITY = 65_533
MINUTES_WITHOUT_LIMIT = 60
"""What a job gets that names no time, where the partition allows so much."""


class DedicatedPartitionQuerySet(models.QuerySet["DedicatedPartition"]):
    """Named selections of dedicated partitions."""

    def open_on(self, today: date) -> "DedicatedPartitionQuerySet":
        """Those that take new jobs; the end of the allocation is theirs, too."""
        return self.filter(
            ends_on__gte=today, allocation__ends_on__gte=today, allocation__released_at=None
        )


@pghistory.track()
class DedicatedPartition(models.Model):
    """Nodes of a site for one project alone; the row stays after its end, as the record of it."""

    allocation = models.OneToOneField(
        Allocation, on_delete=models.PROTECT, related_name="dedicated"
    )
    nodes = models.TextField(_("nodes"))
    """Folded, as in `node[1-4]`."""
    max_hours = models.PositiveIntegerField(_("longest job, in hours"))
    max_nodes = models.PositiveIntegerField(_("most nodes in one job"), null=True)
    priority = models.PositiveIntegerField(
        _("priority"), validators=[MinValueValidator(1), MaxValueValidator(HIGHEST_PRIORITY)]
    )
    memory_mb_per_cpu = models.PositiveIntegerField(_("memory a core, in MB"))
    ends_on = models.DateField(_("last day"))
    reason = models.TextField(_("reason"))

    objects: ClassVar[models.Manager["DedicatedPartition"]] = (
        DedicatedPartitionQuerySet.as_manager()
    )

    class Meta:
        verbose_name = _("dedicated partition")
        verbose_name_plural = _("dedicated partitions")
        constraints = [
            models.CheckConstraint(
                condition=Q(priority__gte=1, priority__lte=HIGHEST_PRIORITY, max_hours__gte=1),
                name="dedicated_partition_within_slurm",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What members write after `--partition=`: the project's account at the site."""
        return self.allocation.account_name

    def last_day(self) -> date:
        """The last day on which jobs may be submitted."""
        return min(self.ends_on, self.allocation.ends_on)

    def is_open_on(self, today: date) -> bool:
        """Whether it takes new jobs on a day; the same answer as `open_on`."""
        return self.last_day() >= today and self.allocation.released_at is None


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent(), obj_field=None)
class AllocationPartition(Allocation.partitions.through):  # type: ignore[name-defined, misc]
    """Which ordinary partitions an allocation may use; here for the audit trail."""

    class Meta:
        proxy = True
