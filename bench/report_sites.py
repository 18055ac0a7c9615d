"""What the two sites last said of themselves, as full as sites of this size would make it."""

from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from allocations.desired_state import desired_state
from allocations.models import (
    Allocation,
    CheckedTotal,
    DailyCapacity,
    ProjectMonth,
    SetAsideRow,
    Site,
    SiteCheck,
    SiteStatus,
    SlurmState,
    SyncCycle,
    UsageDifference,
)
from allocations.slurm_states import by_name
from bench.report_world import DAYS_OF_JOBS
from slurm_bridge.wire import (
    ActualAccount,
    ActualGroup,
    ActualPartition,
    ActualQos,
    ActualState,
    ActualUser,
    DesiredState,
    Heartbeat,
)

GPUS, NODES = 576, 72
CYCLES, ROWS_SET_ASIDE, DIFFERENCES = 2_000, 2_000, 2_000
SECONDS_A_DAY = 86_400


def make_sites() -> None:
    """Heartbeats, the state of Slurm, cycles, checks, capacity, and rows that were set aside."""
    for site in Site.objects.all():
        say_status(site)
        _capacity(site)
        _cycles(site)
        _checks(site)
        _rows_set_aside(site)


def say_status(site: Site) -> None:
    """A site that was heard just now, and whose Slurm has all that is wanted of it."""
    now = timezone.now()
    epoch = int(now.timestamp())
    heartbeat = Heartbeat(
        sent_at=epoch, bridge_version="bench", slurm_release="22.05", cluster=site.cluster,
        nodes_total=NODES, nodes_available=NODES, gpus_total=GPUS, gpus_allocated=GPUS // 2,
        jobs_running=400, jobs_pending=60, nodes=f"node[1-{NODES}]",
    )  # fmt: skip
    actual = _all_of(desired_state(site), read_at=epoch)
    SlurmState.objects.update_or_create(
        site=site, defaults={"state": by_name(actual), "read_at": now}
    )
    SiteStatus.objects.update_or_create(
        site=site,
        defaults={
            "last_seen_at": now,
            "accounting_until": now,
            "heartbeat": heartbeat.model_dump(mode="json"),
        },
    )


def _all_of(desired: DesiredState, *, read_at: int) -> ActualState:
    return ActualState(
        cluster=desired.cluster,
        read_at=read_at,
        users=tuple(ActualUser(username=user.username, uid=user.uid) for user in desired.users),
        groups=tuple(
            ActualGroup(name=group.name, gid=group.gid, members=frozenset(group.members))
            for group in desired.groups
        ),
        qos=tuple(
            ActualQos(
                name=qos.name,
                description=qos.owner_mark,
                gpu_minutes=qos.gpu_minutes,
                flags=qos.flags,
            )
            for qos in desired.qos
        ),
        accounts=tuple(
            ActualAccount(
                name=account.name,
                parent=account.parent,
                description=account.owner_mark,
                qos=frozenset(filter(None, [account.qos])),
                default_qos=account.qos,
                members=frozenset(account.members),
                suspended=account.suspended,
            )
            for account in desired.accounts
        ),
        partitions=tuple(
            ActualPartition(
                name=name,
                allow_accounts=frozenset(
                    account.name for account in desired.accounts if name in account.partitions
                ),
            )
            for name in desired.partitions
        ),
    )


def _capacity(site: Site) -> None:
    now = timezone.now()
    DailyCapacity.objects.bulk_create(
        DailyCapacity(
            site=site,
            day=now.date() - timedelta(days=days),
            seen_seconds=SECONDS_A_DAY,
            available_gpu_seconds=GPUS * SECONDS_A_DAY,
            allocated_gpu_seconds=GPUS * SECONDS_A_DAY // 2,
            last_heard_at=now,
        )
        for days in range(1, DAYS_OF_JOBS)
    )


def _cycles(site: Site) -> None:
    now = timezone.now()
    SyncCycle.objects.bulk_create(
        SyncCycle(
            site=site,
            revision="bench",
            plan_id=f"bench-{number}",
            started_at=now - timedelta(hours=number),
            finished_at=now - timedelta(hours=number),
        )
        for number in range(CYCLES)
    )


def _checks(site: Site) -> None:
    now = timezone.now()
    today = now.date()
    months = ProjectMonth.objects.filter(site=site).values_list("project")
    used: dict[int, int] = dict(months.annotate(total=Sum("gpu_seconds")))
    allocations = list(Allocation.objects.filter(site=site))
    SiteCheck.objects.create(
        site=site, checked_at=now, first_day=today - timedelta(days=35), last_day=today,
        rolled_up_until=now, remaining=DIFFERENCES // 2,
    )  # fmt: skip
    CheckedTotal.objects.bulk_create(
        CheckedTotal(
            allocation=allocation,
            checked_at=now,
            until_day=today,
            portal_gpu_seconds=used.get(allocation.project_id, 0),
            portal_cpu_seconds=0,
            slurm_gpu_seconds=used.get(allocation.project_id, 0),
            slurm_cpu_seconds=0,
        )
        for allocation in allocations
    )
    UsageDifference.objects.bulk_create(
        UsageDifference(
            allocation=allocations[number % len(allocations)],
            day=today - timedelta(days=number // len(allocations)),
            username=f"bench{number}",
            portal_gpu_seconds=1, portal_cpu_seconds=1, slurm_gpu_seconds=0,
            slurm_cpu_seconds=0, records_gpu_seconds=1, records_cpu_seconds=1,
            reason=UsageDifference.Reason.ROLLUP_LATE,
            found_at=now,
            seen_at=now,
            resolved_at=now if number % 2 else None,
        )
        for number in range(DIFFERENCES)
    )  # fmt: skip


def _rows_set_aside(site: Site) -> None:
    now = timezone.now()
    SetAsideRow.objects.bulk_create(
        SetAsideRow(
            site=site,
            key=f"bench-{number}",
            db_index=10**12 + number,
            job_id=number,
            account=f"bench{number}",
            reason="The portal has no allocation with this account at this site.",
            first_seen_at=now,
            last_seen_at=now - timedelta(minutes=number),
        )
        for number in range(ROWS_SET_ASIDE)
    )
