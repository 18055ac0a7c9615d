"""Rows of accounting that could not be used, with the reason."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.models.sites import Site


class SetAsideRow(models.Model):
    """A row that waits to be read well; a good reading of the same run takes it away."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="rows_set_aside")
    key = models.CharField(max_length=64)
    """By which the same row is known again: the run's key, or a digest where it has none."""
    db_index = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(_("job"), null=True)
    account = models.CharField(_("account"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    text = models.TextField(_("row"), blank=True)
    """What was read, cut off where it is long."""
    is_final = models.BooleanField(default=False)
    """Reading it again cannot help."""
    first_seen_at = models.DateTimeField(_("first read"))
    last_seen_at = models.DateTimeField(_("last read"))
    times = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("row set aside")
        verbose_name_plural = _("rows set aside")
        ordering = ("-last_seen_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["site", "key"], name="each_row_set_aside_once")
        ]
        indexes = [models.Index(fields=["site", "db_index"])]

    def __str__(self) -> str:
        return f"row {self.key} at {self.site_id}"
