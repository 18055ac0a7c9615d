"""What staff look at: sites that reported, jobs that were read, a queue with some of everything."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.audit import SystemActor
from accounts.models import User
from allocations.actions.decisions import reject_application, request_information
from allocations.actions.drafts import submit_application
from allocations.actions.drift import keep_drift
from allocations.actions.sync import record_heartbeat, record_report
from allocations.actions.usage import record_jobs
from allocations.actions.usage_checks import record_usage_check
from allocations.models import Allocation, Application, Drift, Project, Site, SitePlan
from slurm_bridge import wire
from slurm_bridge.changes import (
    AddMember,
    Change,
    CreateAccount,
    MoveAccount,
    OpenPartition,
    RemoveMember,
    SetQosBudget,
    SuspendAccount,
)
from slurm_bridge.plan import Plan
from slurm_bridge.wire import (
    ActualAccount,
    ActualPartition,
    ActualQos,
    ActualState,
    ChangeResult,
    Conflict,
    Finding,
    Heartbeat,
    PlanOutline,
    SyncReport,
)
from slurm_bridge.wire_accounting import JobBatch, JobRow
from slurm_bridge.wire_audit import CheckedTotal, UsageCheck, UsageDifference
from tests.domain import make_draft

BRIDGE = SystemActor("bridge@test")


def now() -> int:
    return int(timezone.now().timestamp())


def report_site(site: Site, *, seconds_ago: int = 12) -> None:
    """The site has Slurm's tree and nothing else, and said so some seconds ago."""
    record_heartbeat(site=site, heartbeat=heartbeat(site), actor=BRIDGE)
    actual = ActualState(
        cluster=site.cluster,
        read_at=now() - seconds_ago,
        qos=(ActualQos(name="normal"),),
        accounts=(
            ActualAccount(name="root", parent=""),
            ActualAccount(name="physics", parent="root"),
        ),
        partitions=tuple(
            ActualPartition(name=partition.name, allow_accounts=frozenset({"root"}))
            for partition in site.partitions.all()
        ),
    )
    record_report(site=site, report=cycle(site, plan_id="0", actual=actual), actor=BRIDGE)


def heartbeat(site: Site) -> Heartbeat:
    return Heartbeat(
        sent_at=now(),
        bridge_version="0.1.0",
        slurm_release="22.05.8",
        cluster=site.cluster,
        nodes_total=22,
        nodes_available=21,
        gpus_total=176,
        gpus_allocated=44,
        nodes=f"{site.code}-gpu[1-22]",
        jobs_running=11,
        jobs_pending=1234,
        findings=(
            Finding(
                check="priority decay",
                level="warning",
                found="PriorityDecayHalfLife is 7 days.",
                advice="Keep NoDecay on every QOS that Belfry makes.",
            ),
        ),
    )


def cycle(site: Site, *, plan_id: str, actual: ActualState | None = None) -> SyncReport:
    return SyncReport(
        revision="r1",
        plan_id=plan_id,
        started_at=now() - 2,
        finished_at=now() - 1,
        results=(
            ChangeResult(
                change=CreateAccount(
                    account="aif_rs", parent="aif", owner_mark="belfry-tree", qos=None
                ),
                outcome="applied",
            ),
            ChangeResult(
                change=AddMember(account="aif26rs0001", username="apeeters"),
                outcome="deferred",
                reason="the UNIX user does not resolve yet",
            ),
            ChangeResult(
                change=OpenPartition(partition="h200", account="aif26rs0001"), outcome="failed"
            ),
        ),
        conflicts=(Conflict(subject="account physics", reason="it belongs to somebody else"),),
        actual=actual,
    )


PROPOSED = (
    SuspendAccount(account="aif26rs0001"),
    RemoveMember(account="aif26rs0001", username="apeeters"),
    OpenPartition(partition="h200", account="aif26rs0001"),
)


def propose_plan(
    site: Site,
    *changes: Change,
    refused: str = "",
    begun: tuple[str, ...] = (),
    results: tuple[ChangeResult, ...] = (),
) -> SitePlan:
    """The site's bridge may not carry these changes out by itself, and says so."""
    wanted = Plan(
        changes=changes or PROPOSED,
        conflicts=(Conflict(subject="account physics", reason="it belongs to somebody else"),),
    )
    outline = PlanOutline(
        plan_id=wanted.plan_id,
        changes=wanted.changes,
        conflicts=wanted.conflicts,
        commands=3,
        seconds=2,
        jobs=(0,) * len(changes) if changes else (3, 2, 0),
        jobs_in_all=0 if changes else 3,
        refused=refused,
    )
    report = proposal(outline).model_copy(update={"begun": begun, "results": results})
    record_report(site=site, report=report, actor=BRIDGE)
    return SitePlan.objects.filter(site=site, plan_id=wanted.plan_id)[0]


def proposal(outline: PlanOutline) -> SyncReport:
    """The report of a cycle that carried nothing out."""
    return SyncReport(
        revision="r1",
        plan_id=Plan().plan_id,
        started_at=now() - 2,
        finished_at=now() - 1,
        refused=outline.refused,
        mode="plan_only",
        waiting=outline.plan_id,
        proposed=outline,
    )


def job(
    project: Project, *, db_index: int, seconds: int, gpus: int = 4, name: str = "train"
) -> JobRow:
    """A job that ended just now."""
    return JobRow(
        db_index=db_index,
        job_id=db_index,
        account=project.name,
        username="apeeters",
        partition="h200",
        state="COMPLETED",
        submitted_at=now() - seconds - 60,
        started_at=now() - seconds,
        ended_at=now(),
        gpus=gpus,
        cpus=8,
        nodes=1,
        name=name,
    )


def read_accounting(site: Site, *rows: JobRow) -> None:
    batch = JobBatch(read_at=now(), rows=rows, complete_until=now())
    record_jobs(site=site, batch=batch, actor=BRIDGE)


def fill_queue(applicant: User, staff: User) -> list[Application]:
    """Four applications handed in: two open, one with a question, one rejected."""
    made = []
    for title, track in (
        ("Cracks in bells", "rs"),
        ("Chimes of Charleroi", "fl"),
        ("A question of tone", "pa"),
        ("Perpetual motion", "pg"),
    ):
        hours = {"zellik": 1000} if track in ("fl", "pg") else {"zellik": 1000, "charleroi": 500}
        draft = make_draft(applicant, track=track, hours=hours, title=title)
        made.append(submit_application(application_id=draft.pk, actor=applicant))
    request_information(application_id=made[2].pk, question="Which data?", actor=staff)
    reject_application(application_id=made[3].pk, reason="It cannot work.", actor=staff)
    Application.objects.filter(pk=made[0].pk).update(
        decision_due_on=timezone.localdate() - timedelta(days=2)
    )
    Application.objects.filter(pk=made[1].pk).update(
        decision_due_on=timezone.localdate() + timedelta(days=1)
    )
    return made


def find_differences(allocation: Allocation) -> None:
    """The nightly check found two days that Slurm counts otherwise."""
    yesterday = timezone.now().date() - timedelta(days=1)
    seconds = {"gpu": 1_440_000, "cpu": 2_880_000}
    found = [
        UsageDifference(
            day=yesterday - timedelta(days=number),
            account=allocation.account_name,
            username="apeeters",
            portal_gpu_seconds=seconds["gpu"],
            portal_cpu_seconds=seconds["cpu"],
            slurm_gpu_seconds=seconds["gpu"] - 3600,
            slurm_cpu_seconds=seconds["cpu"],
            records_gpu_seconds=seconds["gpu"],
            records_cpu_seconds=seconds["cpu"],
            reason=reason,
            detail="2026-11-24T00:00:00Z",
        )
        for number, reason in enumerate(("rollup_missed", "association_deleted"))
    ]
    total = CheckedTotal(
        account=allocation.account_name,
        portal_gpu_seconds=seconds["gpu"],
        portal_cpu_seconds=seconds["cpu"],
        slurm_gpu_seconds=seconds["gpu"] - 7200,
        slurm_cpu_seconds=seconds["cpu"],
    )
    check = UsageCheck(
        cluster=allocation.site.cluster,
        checked_at=now(),
        first_day=yesterday - timedelta(days=6),
        last_day=yesterday,
        rolled_up_until=now() - 3600,
        totals=(total,),
        differences=tuple(found),
    )
    record_usage_check(site=allocation.site, check=check, actor=BRIDGE)


def see_drift(allocation: Allocation) -> int:
    """Somebody changed a budget, a member and a parent by hand; returns the row of the budget."""
    name, qos = allocation.account_name, allocation.qos_name
    seen: list[tuple[Change, str, str]] = [
        (SetQosBudget(qos=qos, before=120_000, after=60_000), "60000", "120000"),
        (RemoveMember(account=name, username="somebody-else"), "no member", "member"),
        (MoveAccount(account=name, before="root", after="aif_rs"), "aif_rs", "root"),
    ]
    drift = [
        wire.Drift(
            change=change,
            expected=expected,
            found=found,
            last_right_at=now() - 300,
            corrected=isinstance(change, SetQosBudget),
        )
        for change, expected, found in seen
    ]
    with transaction.atomic():
        keep_drift(allocation.site, drift, at=now())
    return Drift.objects.get(kind="set_qos_budget", allocation=allocation).pk
