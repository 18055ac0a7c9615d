"""Plans of the sites' bridges that wait for staff, and what became of them."""

from typing import Any, ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.models.sites import Site
from allocations.states import OPEN_PLAN_STATES, PlanState


class SitePlanQuerySet(models.QuerySet["SitePlan"]):
    """Named selections of plans."""

    def current(self) -> "SitePlanQuerySet":
        """What sites want to change now and have not begun; one a site at most."""
        return self.filter(state__in=OPEN_PLAN_STATES, begun_at=None)

    def approved(self) -> "SitePlanQuerySet":
        """What sites may carry out and have not finished."""
        return self.filter(state=PlanState.APPROVED)


@pghistory.track(exclude=["outline", "names"])
class SitePlan(models.Model):
    """A plan that a bridge made and did not carry out by itself."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="plans")
    plan_id = models.SlugField(max_length=16)
    state = models.CharField(max_length=12, choices=PlanState, default=PlanState.WAITING)
    outline: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    """The newest `wire.PlanOutline` of this plan."""
    names: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    """The accounts and QOS that it would change."""
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    """When the bridge first said that it carries it out."""
    ended_at = models.DateTimeField(null=True)
    """When it was applied, or no longer planned."""

    objects: ClassVar[SitePlanQuerySet] = SitePlanQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("plan of a site")
        verbose_name_plural = _("plans of sites")
        ordering = ("-proposed_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "plan_id"],
                condition=Q(state__in=sorted(OPEN_PLAN_STATES)),
                name="one_open_plan_of_an_id",
            )
        ]

    def __str__(self) -> str:
        return f"plan {self.plan_id} of {self.site}"

    def get_absolute_url(self) -> str:
        """The page on which it is decided."""
        return reverse("site_plan", args=[self.site.code, self.plan_id])

    @property
    def is_open(self) -> bool:
        """Whether the site still wants to carry it out, and has not begun."""
        return self.state in OPEN_PLAN_STATES and self.begun_at is None

    def concerns(self, *names: str) -> bool:
        """Whether it would change one of these accounts or QOS."""
        return not set(names).isdisjoint(self.names)
