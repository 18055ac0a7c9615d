"""Takes in Slurm's counters, and lowers a limit by what Slurm has forgotten.

A slurmctld that lost its state counts from zero again, and would grant the whole budget a second
time. What it should have counted is in the portal's own record: every run of a budget's QOS.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Expression, ExpressionWrapper, F, FloatField, Sum, Value, When
from django.db.models.functions import Coalesce, Extract, Greatest, Least
from django.utils import timezone

from accounts.audit import SystemActor, action
from allocations.actions.job_months import dropped_gpu_seconds
from allocations.actions.moments import moment
from allocations.actions.notices import warn_of_use
from allocations.actions.wake import wake_sites
from allocations.models import Allocation, BudgetCounter, Job, Site, SiteStatus
from allocations.rules.budgets import lost_minutes, minutes_of
from slurm_bridge.wire_accounting import CounterReading

# A job that is just ending may be in accounting a moment before it is in the counter.
ENDED_IS_COUNTED_AFTER = timedelta(seconds=30)
# Running jobs are counted each PriorityCalcPeriod, five minutes by default.
RUNNING_IS_COUNTED_AFTER = timedelta(minutes=15)
# While rows of accounting are missing, less seems to be lost than is.
RECORDS_MAY_LAG = timedelta(minutes=5)
_FLOAT = FloatField()


@action
def record_counters(*, site: Site, reading: CounterReading, actor: SystemActor) -> None:
    """Keep the newest counters, adjust what Slurm is known to have lost, and warn members."""
    status, _created = SiteStatus.objects.select_for_update().get_or_create(site=site)
    read_at = moment(reading.read_at)
    if status.counters_read_at is not None and read_at < status.counters_read_at:
        return
    dropped = _store(site, reading)
    status.counters_read_at = read_at
    status.save(update_fields=["counters_read_at"])
    has_all_jobs = (
        status.accounting_until is not None and status.accounting_until >= read_at - RECORDS_MAY_LAG
    )
    doubtful = _doubtful(site, dropped)
    records = dues(site, doubtful, read_at)
    adjusted = [
        _adjust(
            allocation,
            records.get((allocation.project_id, allocation.qos_name), NOTHING_DUE),
            dropped.get(allocation.pk, 0),
            may_shrink=has_all_jobs,
        )
        for allocation in doubtful
    ]
    if any(adjusted):
        wake_sites([site])
    warn_of_use(site)


@dataclass(frozen=True)
class Due:
    """GPU-minutes that a counter must hold and can hold, had Slurm lost nothing."""

    least: int
    most: int


NOTHING_DUE = Due(least=0, most=0)


def dues(
    site: Site, allocations: Collection[Allocation], read_at: datetime
) -> dict[tuple[int, str], Due]:
    """What was used by each project in each QOS until a moment, by the record of its jobs.

    One query for all of them: while a site is busy, most projects have something that Slurm has
    not counted yet.
    """
    known_at = min(read_at, timezone.now())  # A site's clock may run ahead.
    has_ended = When(ended_at__lte=known_at - ENDED_IS_COUNTED_AFTER, then=F("ended_at"))
    surely = Least(F("counted_until"), Value(known_at - RUNNING_IS_COUNTED_AFTER))
    perhaps = Coalesce(F("ended_at"), Greatest(F("counted_until"), Value(known_at)))
    runs = Job.objects.filter(
        site=site,
        project__in=[allocation.project_id for allocation in allocations],
        started_at__isnull=False,
    )
    found = (
        runs.order_by()
        .values_list("project", "qos")
        .annotate(least=_gpu_seconds(Case(has_ended, default=surely)), most=_gpu_seconds(perhaps))
    )
    seconds = {(project, qos): (int(least), int(most)) for project, qos, least, most in found}
    gone = dropped_gpu_seconds(site, allocations)
    return {
        key: Due(
            least=minutes_of(seconds.get(key, (0, 0))[0] + gone.get(key, 0)),
            most=minutes_of(seconds.get(key, (0, 0))[1] + gone.get(key, 0)),
        )
        for key in seconds.keys() | gone.keys()
    }


def _gpu_seconds(until: Expression) -> Sum:
    length = Greatest(Extract(until - F("started_at"), "epoch"), Value(0.0), output_field=_FLOAT)
    return Sum(ExpressionWrapper(length * F("gpus"), output_field=_FLOAT), default=0.0)


def _store(site: Site, reading: CounterReading) -> dict[int, int]:
    """Keep what was told; by allocation, how many minutes a counter has fallen."""
    allocations = Allocation.objects.current().filter(site=site)
    by_qos = {item.qos_name: item for item in allocations.select_related("site", "counter")}
    told = [(by_qos[item.qos], item) for item in reading.counters if item.qos in by_qos]
    dropped = {
        allocation.pk: allocation.counter.used_minutes - counter.used_minutes
        for allocation, counter in told
        if hasattr(allocation, "counter") and counter.used_minutes < allocation.counter.used_minutes
    }
    BudgetCounter.objects.bulk_create(
        [
            BudgetCounter(
                allocation=allocation,
                used_minutes=counter.used_minutes,
                reserved_minutes=counter.reserved_minutes,
            )
            for allocation, counter in told
        ],
        update_conflicts=True,
        unique_fields=["allocation"],
        update_fields=["used_minutes", "reserved_minutes"],
    )
    return dropped


def _doubtful(site: Site, dropped: Collection[int]) -> list[Allocation]:
    """Those of which Slurm may have lost something, or had: few, since it seldom does."""
    counted = Allocation.objects.current().with_figures().filter(site=site, counter__isnull=False)
    return [
        allocation
        for allocation in counted.select_related("site", "counter").order_by("pk")
        if allocation.lost_minutes
        or allocation.pk in dropped
        or minutes_of(allocation.used_seconds) > allocation.counter.used_minutes
    ]


def _adjust(seen: Allocation, record: Due, dropped: int, *, may_shrink: bool) -> bool:
    """Write down what is lost now; whether that is news.

    Nobody else writes it, and the site's status is locked: what was seen is what is there.
    """
    counted = seen.counter.used_minutes
    lost = lost_minutes(
        known=seen.lost_minutes,
        dropped=dropped,
        least=record.least - counted,
        most=record.most - counted,
    )
    is_news = lost > seen.lost_minutes or (may_shrink and lost < seen.lost_minutes)
    if is_news:
        allocation = Allocation.objects.select_for_update(of=["self"]).get(pk=seen.pk)
        allocation.lost_minutes = lost
        allocation.save(update_fields=["lost_minutes"])
    return is_news
