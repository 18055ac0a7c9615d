"""What was used: each job once, and what is counted of jobs by UTC day.

Days are written from jobs, in the transaction that writes the jobs, by `actions.rollups`. Their
project and site are kept by triggers, as those of jobs are, and found by the index of uniqueness.
"""

from django.contrib.postgres.indexes import BrinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.models.sites import Site
from allocations.models.waits import Waits


class Job(models.Model):
    """One run of one job or array task, as Slurm's accounting has it; written by COPY.

    In the database each month of submission is a table of its own: see `actions.job_months`. A run
    is told apart by what `each_job_once` holds; no index finds it by `id`, which nobody asks for.
    """

    # Whoever writes jobs holds both, and triggers of both keep them while they have jobs: a foreign
    # key would ask for each of millions of rows.
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="jobs", db_constraint=False
    )
    db_index = models.BigIntegerField()
    job_id = models.BigIntegerField()
    array_job_id = models.BigIntegerField(null=True)
    array_task_id = models.BigIntegerField(null=True)
    project = models.ForeignKey(
        "allocations.Project", on_delete=models.PROTECT, related_name="jobs", db_constraint=False
    )
    username = models.CharField(_("user"), max_length=64)
    partition = models.CharField(_("partition"), max_length=200)
    qos = models.CharField(max_length=200, blank=True)
    """In whose budget Slurm counted it; empty in rows that were read before this was kept."""
    state = models.CharField(_("state"), max_length=32)
    name = models.CharField(_("name"), max_length=200)
    submitted_at = models.DateTimeField(_("submitted"))
    eligible_at = models.DateTimeField(null=True)
    """From when Slurm would have started it; None where the site does not say."""
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    read_at = models.DateTimeField()
    """When the site read this row; an older reading never replaces a newer one."""
    counted_until = models.DateTimeField(null=True)
    """Up to when the job counts: its end, or the time of reading while it runs."""
    suspended_seconds = models.BigIntegerField(default=0)
    gpus = models.PositiveIntegerField(_("GPUs"))
    gpu_seconds = models.BigIntegerField()
    """Seconds from its start to `counted_until`, times its GPUs; 0 where it has not begun.

    As Slurm's own rollup charges them: a suspended job keeps its GPUs.
    """
    cpus = models.PositiveIntegerField(_("CPUs"))
    nodes = models.PositiveIntegerField(_("nodes"))
    nodes_used = models.TextField(blank=True, default="", db_default="")
    """The nodes that it ran on, as Slurm folds them: `node[1-4]`."""
    exit_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-submitted_at", "-db_index")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "db_index", "submitted_at"], name="each_job_once"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-submitted_at", "-db_index"]),
            # What lists are sorted and searched by, among millions.
            # Names and states are found by their bytes, which are compared much faster than by a
            # language's order; and most runs end well, so that no index need find those. What a
            # list asks besides is in the index, so that jobs are counted without a look at them.
            models.Index(
                OpClass("username", name="varchar_pattern_ops"),
                F("submitted_at").desc(),
                name="job_by_user",
                include=("project",),
            ),
            models.Index(
                "project",
                OpClass("state", name="varchar_pattern_ops"),
                F("submitted_at").desc(),
                name="job_by_state",
                include=("username",),
                condition=~Q(state="COMPLETED"),
            ),
            models.Index(
                fields=["array_job_id"],
                name="job_by_array",
                condition=Q(array_job_id__isnull=False),
            ),
            # By which people and a GPU's figures find a run; few jobs share a number.
            models.Index(fields=["job_id", "site"], name="job_by_number"),
            # With what tells runs apart: so the thousands before a page far behind are passed over
            # without a look at them.
            models.Index(
                fields=["project", "-gpu_seconds"],
                name="job_by_use",
                include=("submitted_at", "db_index", "site"),
            ),
            # What ran in a span of time; jobs lie about in its order, so a few bytes do.
            BrinIndex(
                fields=["counted_until", "submitted_at"],
                name="job_by_end",
                pages_per_range=32,
                autosummarize=True,
            ),
            # By how the name begins (`BeginsInAnyCase`).
            models.Index(
                "project", OpClass(Upper("name"), name="varchar_pattern_ops"), name="job_by_name"
            ),
        ]

    def __str__(self) -> str:
        return f"job {self.shown_id} at {self.site_id}"

    def get_absolute_url(self) -> str:
        """Its page; lists load project and site with their jobs."""
        return reverse("project_job", args=[self.project.name, self.site.code, self.db_index])

    @property
    def shown_id(self) -> str:
        """The id as Slurm writes it: 123 or 123_4."""
        if self.array_job_id is None or self.array_task_id is None:
            return str(self.job_id)
        return f"{self.array_job_id}_{self.array_task_id}"


class DailyUsage(models.Model):
    """Seconds of a project at a site by one user on one UTC day; derived from jobs."""

    project = models.ForeignKey(
        "allocations.Project",
        on_delete=models.PROTECT,
        related_name="daily_usage",
        db_constraint=False,
        db_index=False,
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    username = models.CharField(max_length=64)
    day = models.DateField()
    gpu_seconds = models.BigIntegerField()
    cpu_seconds = models.BigIntegerField()
    jobs = models.PositiveIntegerField()
    """Jobs that ran on this day; a job across midnight counts on both."""

    class Meta:
        verbose_name = _("daily usage")
        verbose_name_plural = _("daily usage")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "site", "username", "day"], name="one_row_a_day"
            )
        ]
        indexes = [
            models.Index(fields=["day"]),
            models.Index(fields=["username", "day"], name="usage_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.site_id} {self.username} {self.day}"


class JobOutcome(models.Model):
    """Runs of a project at a site by one user that ended on one UTC day in one state."""

    project = models.ForeignKey(
        "allocations.Project",
        on_delete=models.PROTECT,
        related_name="job_outcomes",
        db_constraint=False,
        db_index=False,
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    username = models.CharField(max_length=64)
    day = models.DateField()
    state = models.CharField(max_length=32)
    """Slurm's final word, such as COMPLETED, NODE_FAIL, or REQUEUED for a run that began anew."""
    jobs = models.PositiveIntegerField()
    gpu_seconds = models.BigIntegerField()
    """Of the whole runs, also of what they used on earlier days."""

    class Meta:
        verbose_name = _("job outcome")
        verbose_name_plural = _("job outcomes")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "site", "username", "day", "state"], name="one_outcome_a_day"
            )
        ]
        indexes = [models.Index(fields=["day"])]

    def __str__(self) -> str:
        return f"{self.project_id} {self.site_id} {self.username} {self.day} {self.state}"


class QueueWait(Waits):
    """How long the runs of a project had waited that began on one UTC day at a site.

    Waiting counts from when a run could have started.
    """

    project = models.ForeignKey(
        "allocations.Project",
        on_delete=models.PROTECT,
        related_name="queue_waits",
        db_constraint=False,
        db_index=False,
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    day = models.DateField()

    class Meta(Waits.Meta):
        verbose_name = _("queue wait")
        verbose_name_plural = _("queue waits")
        constraints = [
            *Waits.Meta.constraints,
            models.UniqueConstraint(fields=["project", "site", "day"], name="one_wait_a_day"),
        ]
        indexes = [models.Index(fields=["day"])]

    def __str__(self) -> str:
        return f"{self.project_id} {self.site_id} {self.day}"
