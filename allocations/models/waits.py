"""What days, months and years of waits have in common."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Waits(models.Model):
    """How many jobs that began in some time had waited about so long, all in one row."""

    buckets = ArrayField(models.SmallIntegerField())
    """Those that any job is in, ascending; see `allocations.rules.waits`."""
    jobs = ArrayField(models.BigIntegerField())
    """How many are in each of these buckets."""

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(buckets__len=F("jobs__len")), name="%(class)s_in_pairs"
            )
        ]
