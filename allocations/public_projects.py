"""The awarded projects that everybody may know of: those whose applicant agreed."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Max, Min, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from allocations.models import Allocation, Project
from allocations.rules.budgets import EntryKind
from allocations.rules.units import MINUTES_AN_HOUR, SECONDS_A_MINUTE
from allocations.states import AFTER_USE_STATES, ApplicationState, states_before

_KEY = "public-projects-1"
_SHOWN_STATES = states_before(ApplicationState.REPORT_DUE) | AFTER_USE_STATES
# What lapsed was granted all the same, and a refund grants nothing again.
_GRANTED = ~Q(ledger__kind__in=[EntryKind.LAPSE, EntryKind.REFUND])


def public_projects() -> QuerySet[Project]:
    """Those that have begun and may be listed, with what a list shows of each."""
    allocations = (
        Allocation.objects.filter(adopted_at=None)
        .select_related("site")
        .annotate(listed_minutes=Coalesce(Sum("ledger__gpu_minutes", filter=_GRANTED), 0))
    )
    return (
        Project.objects.filter(
            application__may_be_listed=True, application__state__in=_SHOWN_STATES
        )
        .filter(allocations__adopted_at=None)
        .annotate(begins_on=Min("allocations__starts_on"), ends_on=Max("allocations__ends_on"))
        .filter(begins_on__lte=timezone.localdate())
        .select_related("track", "organisation", "application")
        .prefetch_related(Prefetch("allocations", allocations, to_attr="listed_allocations"))
    )


def public_rows() -> list[dict[str, Any]]:
    """The same for programs, one row a project and site; as old as the setting allows."""
    rows: list[dict[str, Any]] | None = cache.get(_KEY)
    if rows is None:
        rows = [row for project in public_projects() for row in _rows(project)]
        cache.set(_KEY, rows, settings.PUBLIC_FIGURES_MINUTES * SECONDS_A_MINUTE)
    return rows


def forget_public_rows() -> None:
    """Have them read anew: somebody agreed, or no longer agrees."""
    cache.delete(_KEY)


def _rows(project: Any) -> list[dict[str, Any]]:
    return [
        {
            "project": project.name,
            "title": project.title,
            "abstract": project.application.abstract,
            "organisation": project.organisation.name,
            "track": project.track.code,
            "site": allocation.site.code,
            "gpu_hours": allocation.listed_minutes / MINUTES_AN_HOUR,
            "starts_on": allocation.starts_on,
            "ends_on": allocation.ends_on,
        }
        for allocation in project.listed_allocations
    ]
