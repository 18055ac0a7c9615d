"""A proposal to take hours back."""

from datetime import timedelta

from django.utils import timezone

from allocations.models import Allocation, ClawBack


def proposed_claw_back(allocation: Allocation, *, hours: int = 100) -> ClawBack:
    """Of so many hours, of which nobody has said anything yet."""
    return ClawBack.objects.create(
        allocation=allocation,
        ends_on=allocation.ends_on,
        granted_minutes=60_000,
        used_minutes=0,
        expected_minutes=60 * hours,
        proposed_minutes=60 * hours,
        answer_due_on=timezone.localdate() + timedelta(days=14),
    )
