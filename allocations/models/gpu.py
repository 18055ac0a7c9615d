"""What GPUs did for jobs: counters, their sums for each run and day, and series of minutes.

Written by `actions.gpu_usage`, sums in the transaction of the counters.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from allocations.models.sites import Site

JOULES_A_KWH = 3_600_000

SUMMED = (
    "observed_seconds",
    "measured_seconds",
    "utilisation_seconds",
    "idle_seconds",
    "sm_seconds",
    "sm_active_seconds",
    "metered_seconds",
    "energy_joules",
)
"""The columns of `GpuFigures`."""


class GpuFigures(models.Model):
    """Sums over GPUs, each with the seconds for which there is such data: none is *no data*."""

    observed_seconds = models.FloatField(default=0)
    """GPU-seconds that were watched; never more than there were."""
    measured_seconds = models.FloatField(default=0)
    """Of them those with a utilisation."""
    utilisation_seconds = models.FloatField(default=0)
    idle_seconds = models.FloatField(default=0)
    """Measured seconds at 0 %."""
    sm_seconds = models.FloatField(default=0)
    """Observed seconds of which the activity of the multiprocessors is known."""
    sm_active_seconds = models.FloatField(default=0)
    metered_seconds = models.FloatField(default=0)
    """Observed seconds of GPUs that tell their energy."""
    energy_joules = models.FloatField(default=0)

    class Meta:
        abstract = True

    @property
    def mean_utilisation(self) -> float | None:
        """From 0 to 1, weighted by GPU-seconds; None is no data."""
        return _share(self.utilisation_seconds, self.measured_seconds)

    @property
    def idle_share(self) -> float | None:
        """The part of the measured time at 0 %; None is no data."""
        return _share(self.idle_seconds, self.measured_seconds)

    @property
    def mean_sm_activity(self) -> float | None:
        """From 0 to 1; None is no data."""
        return _share(self.sm_active_seconds, self.sm_seconds)

    @property
    def energy_kwh(self) -> float | None:
        """What the GPUs took while they were metered; None is no data."""
        return self.energy_joules / JOULES_A_KWH if self.metered_seconds else None


class JobGpu(GpuFigures):
    """What one exporter added up of one GPU for one job; see `slurm_bridge.wire_gpu`.

    The run is unknown until its row of accounting is there; only then is it counted anywhere.
    """

    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="job_gpus", db_index=False
    )
    job_id = models.BigIntegerField()
    node = models.CharField(max_length=64)
    uuid = models.CharField(max_length=96)
    gpu_index = models.PositiveSmallIntegerField(null=True)
    """By which number its users know it on the node."""
    first_sample_at = models.DateTimeField()
    last_sample_at = models.DateTimeField()
    samples = models.BigIntegerField()
    tensor_active_seconds = models.FloatField(null=True)
    dram_active_seconds = models.FloatField(null=True)
    peak_memory_bytes = models.BigIntegerField(null=True)
    memory_total_bytes = models.BigIntegerField(null=True)
    is_shared = models.BooleanField(default=False)
    project = models.ForeignKey(
        "allocations.Project",
        on_delete=models.PROTECT,
        related_name="job_gpus",
        null=True,
        db_index=False,
    )
    """With the next three the run that it belongs to."""
    username = models.CharField(max_length=64, blank=True)
    db_index = models.BigIntegerField(null=True)
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("GPU of a job")
        verbose_name_plural = _("GPUs of jobs")
        ordering = ("node", "gpu_index", "uuid", "first_sample_at")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "job_id", "node", "uuid", "first_sample_at"],
                name="each_gpu_counter_once",
            )
        ]
        indexes = [
            models.Index(fields=["site", "db_index", "submitted_at"], name="gpu_by_run"),
            models.Index(
                fields=["site", "first_sample_at"],
                name="gpu_without_run",
                condition=Q(db_index__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} for job {self.job_id} at {self.site_id}"


class GpuRun(GpuFigures):
    """The sums of one run over its GPUs; the run is the `Job` of the same site, index and time."""

    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="gpu_runs", db_index=False
    )
    db_index = models.BigIntegerField()
    submitted_at = models.DateTimeField()
    job_id = models.BigIntegerField()
    project = models.ForeignKey(
        "allocations.Project", on_delete=models.PROTECT, related_name="gpu_runs", db_index=False
    )
    username = models.CharField(max_length=64)
    gpus = models.PositiveIntegerField()
    """How many were seen, which may be fewer than it held."""
    nodes = models.PositiveIntegerField()
    first_sample_at = models.DateTimeField()
    last_sample_at = models.DateTimeField()
    peak_memory_bytes = models.BigIntegerField(null=True)
    """The most that was ever used on one of its GPUs."""
    memory_total_bytes = models.BigIntegerField(null=True)
    """Of its largest GPU."""
    is_shared = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("GPU use of a run")
        verbose_name_plural = _("GPU use of runs")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "db_index", "submitted_at"], name="each_gpu_run_once"
            )
        ]
        indexes = [
            models.Index(fields=["project", "-last_sample_at"], name="gpu_run_of_project"),
            models.Index(fields=["-last_sample_at"], name="gpu_run_lately"),
            # What lists of the best and worst are sorted by.
            models.Index(fields=["project", "-idle_seconds"], name="gpu_run_by_waste"),
            models.Index(fields=["project", "-utilisation_seconds"], name="gpu_run_by_work"),
            models.Index(fields=["-idle_seconds"], name="gpu_run_by_idleness"),
            models.Index(fields=["-utilisation_seconds"], name="gpu_run_by_busyness"),
            models.Index(fields=["username", "-last_sample_at"], name="gpu_run_of_user"),
        ]

    def __str__(self) -> str:
        return f"GPUs of job {self.job_id} at {self.site_id}"


class DailyGpuUse(GpuFigures):
    """What a user's GPUs did for a project at a site on one UTC day.

    How many GPU-seconds were allocated is in the `DailyUsage` of the same four; what was observed
    of them is the *coverage*.
    """

    project = models.ForeignKey(
        "allocations.Project",
        on_delete=models.PROTECT,
        related_name="daily_gpu_use",
        db_index=False,
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    username = models.CharField(max_length=64)
    day = models.DateField()

    class Meta:
        verbose_name = _("daily GPU use")
        verbose_name_plural = _("daily GPU use")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "site", "username", "day"], name="one_gpu_row_a_day"
            )
        ]
        indexes = [models.Index(fields=["day"])]

    def __str__(self) -> str:
        return f"{self.project_id} {self.site_id} {self.username} {self.day}"


class GpuMinutes(models.Model):
    """Three hours of one GPU of a job that are over, packed by `rules.gpu_minutes`.

    In the database each month is a table of its own: see `actions.gpu_months`.
    """

    pk = models.CompositePrimaryKey("gpu_id", "starts_at")
    gpu = models.ForeignKey(JobGpu, on_delete=models.CASCADE, related_name="minutes")
    starts_at = models.DateTimeField()
    packed = models.BinaryField()

    class Meta:
        verbose_name = _("minutes of a GPU")
        verbose_name_plural = _("minutes of GPUs")

    def __str__(self) -> str:
        return f"minutes of {self.gpu_id} from {self.starts_at:%Y-%m-%d %H:%M}"


class RunningGpuMinutes(models.Model):
    """The last block of a counter, which grows with each message; `actions.gpu_minutes` writes it.

    In the database its pages are half empty, so that a row that is written anew stays on its page.
    """

    gpu = models.OneToOneField(
        JobGpu, on_delete=models.CASCADE, primary_key=True, related_name="running_minutes"
    )
    starts_at = models.DateTimeField()
    packed = models.BinaryField()

    class Meta:
        verbose_name = _("last minutes of a GPU")
        verbose_name_plural = _("last minutes of GPUs")

    def __str__(self) -> str:
        return f"last minutes of {self.gpu_id} from {self.starts_at:%Y-%m-%d %H:%M}"


class GpuFinding(models.Model):
    """What is wrong with the figures of a node, and how often it was seen."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="gpu_findings")
    node = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)
    """One of `wire_gpu.FindingKind`."""
    times = models.BigIntegerField()
    detail = models.CharField(max_length=300, blank=True)
    """As it was seen last."""
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("finding about GPU figures")
        verbose_name_plural = _("findings about GPU figures")
        ordering = ("-last_seen_at", "node", "kind")
        constraints = [
            models.UniqueConstraint(fields=["site", "node", "kind"], name="each_gpu_finding_once")
        ]

    def __str__(self) -> str:
        return f"{self.node}: {self.kind}"


def _share(part: float, whole: float) -> float | None:
    return min(part / whole, 1.0) if whole else None
