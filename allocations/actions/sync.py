"""Takes in what a site's bridge says: heartbeats, cycles, readiness."""

from django.utils import timezone

from accounts.audit import SystemActor, action
from allocations.actions.capacity import add_to_capacity
from allocations.actions.drift import keep_drift
from allocations.actions.leaving import keep_leaving
from allocations.actions.mails import mail_members
from allocations.actions.moments import moment
from allocations.actions.partition_problems import warn_of_partitions
from allocations.actions.plans import record_plan
from allocations.models import Allocation, Site, SiteStatus, SlurmState, SyncCycle
from allocations.slurm_states import by_name
from slurm_bridge.wire import Heartbeat, Readiness, SyncReport

CYCLES_KEPT = 500


@action
def record_heartbeat(*, site: Site, heartbeat: Heartbeat, actor: SystemActor) -> None:
    """Keep the newest figures of a site, and add them to those of the day."""
    now = timezone.now()
    SiteStatus.objects.update_or_create(
        site=site,
        defaults={"heartbeat": heartbeat.model_dump(mode="json"), "last_seen_at": now},
    )
    add_to_capacity(site, heartbeat, at=now)


@action
def record_report(*, site: Site, report: SyncReport, actor: SystemActor) -> None:
    """Keep what a cycle did, and mark allocations ready or not."""
    SiteStatus.objects.update_or_create(site=site, defaults={"last_seen_at": timezone.now()})
    if report.actual is not None:
        state, read_at = by_name(report.actual), moment(report.actual.read_at)
        SlurmState.objects.update_or_create(
            site=site, defaults={"state": state, "read_at": read_at}
        )
    if report.results or report.conflicts or report.refused:
        _keep_cycle(site, report)
    record_plan(site, report)
    warn_of_partitions(site, report)
    if report.drift is not None:
        # Before the allocations, in the order in which an adoption locks.
        keep_drift(site, report.drift, at=report.finished_at)
    if report.leaving is not None:
        keep_leaving(site, report.leaving, at=report.finished_at)
    for readiness in report.readiness:
        _record_readiness(site, readiness)


def _keep_cycle(site: Site, report: SyncReport) -> None:
    """Store the cycle, unless it only repeats the last one; drop the oldest."""
    results = [result.model_dump(mode="json") for result in report.results]
    conflicts = [conflict.model_dump(mode="json") for conflict in report.conflicts]
    last = SyncCycle.objects.filter(site=site).first()
    said = (report.plan_id, report.refused, results, conflicts)
    if last and (last.plan_id, last.refused, last.results, last.conflicts) == said:
        last.finished_at = moment(report.finished_at)
        last.save(update_fields=["finished_at"])
        return
    SyncCycle.objects.create(
        site=site,
        revision=report.revision,
        plan_id=report.plan_id,
        started_at=moment(report.started_at),
        finished_at=moment(report.finished_at),
        refused=report.refused,
        results=results,
        conflicts=conflicts,
    )
    kept = SyncCycle.objects.filter(site=site).values_list("pk", flat=True)[:CYCLES_KEPT]
    SyncCycle.objects.filter(site=site).exclude(pk__in=list(kept)).delete()


def _record_readiness(site: Site, readiness: Readiness) -> None:
    allocation = (
        Allocation.objects.select_for_update(of=["self"])
        .select_related("project", "site")
        .filter(site=site, account_name=readiness.account, released_at=None)
        .first()
    )
    if allocation is None:
        return
    if not readiness.accepted:
        allocation.active_since = None
        allocation.not_ready_because = readiness.reason
    else:
        first_time = allocation.confirmed_at is None
        allocation.active_since = allocation.active_since or moment(readiness.checked_at)
        allocation.confirmed_at = moment(readiness.checked_at)
        allocation.not_ready_because = ""
        if first_time:
            mail_members("allocation_active", allocation.project, allocation=allocation)
    allocation.save(update_fields=["active_since", "confirmed_at", "not_ready_because"])
