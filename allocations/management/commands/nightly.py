"""`manage.py nightly`: what the calendar brings: hours lapse, and members are warned of ends."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.audit import SystemActor
from allocations.actions.budgets import lapse_ended
from allocations.actions.notices import warn_of_end
from allocations.models import Allocation

NIGHTLY = SystemActor("nightly")


class Command(BaseCommand):
    """Runs once a day, soon after midnight; a second run on the same day changes nothing."""

    help = "Book the hours that have lapsed, and warn members of ends that are near."

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction for each allocation, so that a fault with one leaves the others."""
        today = timezone.localdate()
        ours = Allocation.objects.filter(adopted_at=None).order_by("pk")
        for allocation_id in ours.ended_before(today).values_list("pk", flat=True):
            lapse_ended(allocation_id=allocation_id, actor=NIGHTLY)
        for allocation_id in ours.filter(ends_on__gte=today).values_list("pk", flat=True):
            warn_of_end(allocation_id=allocation_id, today=today, actor=NIGHTLY)
