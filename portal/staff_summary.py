"""What waits for staff: the queue in figures, and the sites that are not heard."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from allocations.models import Application, Drift, Site
from allocations.states import ApplicationState

SOON = timedelta(days=2)


@dataclass(frozen=True)
class StaffSummary:
    """Counts of open applications, and sites that are late or were never heard."""

    waiting: int
    overdue: int
    due_soon: int
    with_applicant: int
    next_due_on: date | None
    late_sites: list[Site]
    drift: int
    """Changes by hand in Slurm that wait for somebody."""


def staff_summary() -> StaffSummary:
    """The queue today, in three queries."""
    today = timezone.localdate()
    submitted = Q(state=ApplicationState.SUBMITTED)
    counts = Application.objects.aggregate(
        waiting=Count("pk", filter=submitted),
        overdue=Count("pk", filter=submitted & Q(decision_due_on__lt=today)),
        due_soon=Count(
            "pk",
            filter=submitted & Q(decision_due_on__gte=today, decision_due_on__lte=today + SOON),
        ),
        with_applicant=Count("pk", filter=Q(state=ApplicationState.INFO_REQUESTED)),
        next_due_on=Min("decision_due_on", filter=submitted),
    )
    return StaffSummary(**counts, late_sites=_late_sites(), drift=Drift.objects.waiting().count())


def _late_sites() -> list[Site]:
    sites = Site.objects.select_related("status")
    return [site for site in sites if not hasattr(site, "status") or site.status.is_late]
