"""What a site says of budgets: jobs of their QOS, Slurm's counters, and a day that has passed."""

from datetime import timedelta

from django.utils import timezone

from allocations.actions.counters import record_counters
from allocations.actions.ledger import read_budget
from allocations.models import Allocation
from allocations.rules.budgets import Budget
from slurm_bridge.wire_accounting import CounterReading, QosCounter
from tests.portal.staff_world import BRIDGE, job, now, read_accounting

HOUR = 3600


def use_hours(allocation: Allocation, hours: int, *, db_index: int = 1, ago: int = 600) -> None:
    """A job of four GPUs that used so many GPU-hours and ended a while ago."""
    seconds = hours * HOUR // 4
    row = job(allocation.project, db_index=db_index, seconds=seconds)
    ended = now() - ago
    row = row.model_copy(
        update={
            "qos": allocation.qos_name,
            "submitted_at": ended - seconds - 60,
            "started_at": ended - seconds,
            "ended_at": ended,
        }
    )
    read_accounting(allocation.site, row)


def count(
    allocation: Allocation, minutes: int, *, reserved: int = 0, at: int | None = None
) -> None:
    """Slurm's counter is told."""
    counter = QosCounter(qos=allocation.qos_name, used_minutes=minutes, reserved_minutes=reserved)
    reading = CounterReading(read_at=at or now(), counters=(counter,))
    record_counters(site=allocation.site, reading=reading, actor=BRIDGE)
    allocation.refresh_from_db()


def end_yesterday(allocation: Allocation) -> None:
    """Its last day was yesterday, and the site has told everything since."""
    yesterday = timezone.localdate() - timedelta(days=1)
    Allocation.objects.filter(pk=allocation.pk).update(
        starts_on=yesterday - timedelta(days=90), ends_on=yesterday
    )
    allocation.refresh_from_db()
    read_accounting(allocation.site)


def budget(allocation: Allocation) -> Budget:
    return read_budget(Allocation.objects.get(pk=allocation.pk))
