"""What somebody changed by hand in a site's Slurm, and what became of it."""

from typing import Any, ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter

from accounts.models import User
from allocations.models.projects import Allocation
from allocations.models.sites import Site
from slurm_bridge.changes import Change

_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


class DriftQuerySet(models.QuerySet["Drift"]):
    """Named selections of drift."""

    def waiting(self) -> "DriftQuerySet":
        """What still stands in Slurm as somebody left it."""
        return self.filter(state=Drift.State.WAITING)


@pghistory.track()
class Drift(models.Model):
    """One thing that differs, seen once or often; it is kept when it has been settled."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("Waiting")
        CORRECTED = "corrected", _("Put back")
        ADOPTED = "adopted", _("Adopted")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="drift")
    allocation = models.ForeignKey(
        Allocation, on_delete=models.PROTECT, null=True, related_name="drift"
    )
    """None for accounts that only hold others."""
    key = models.CharField(max_length=64)
    """A digest of what puts it right and of what was found."""
    kind = models.CharField(max_length=40)
    change: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    """The `Change` that puts it right."""
    subject = models.CharField(_("what"), max_length=300)
    expected = models.CharField(max_length=300)
    found = models.CharField(max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    last_right_at = models.DateTimeField()
    noticed_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    """How often somebody has made exactly this change again after it was put back."""
    settled_at = models.DateTimeField(null=True)
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    adopted_because = models.TextField(blank=True)

    objects: ClassVar[DriftQuerySet] = DriftQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("change by hand")
        verbose_name_plural = _("changes by hand")
        ordering = ("-noticed_at", "-pk")
        indexes = [models.Index(fields=["site", "-noticed_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                condition=~models.Q(state="adopted"),
                name="one_row_for_a_change_by_hand",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.site}: {self.found}"

    @property
    def correction(self) -> Change:
        """The change that puts it right."""
        return _CHANGE.validate_python(self.change)
