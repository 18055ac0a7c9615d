"""A project at one site, as its page shows it: state in words, figures, and a first job."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from allocations.models import (
    Allocation,
    DedicatedPartition,
    LedgerEntry,
    Membership,
    Project,
    SitePlan,
    SiteStatus,
)
from allocations.states import AllocationState, PlanState
from allocations.tables.checked import Checked, checked_figures
from allocations.tables.ledger import LedgerLine, ledger_lines

_LEDGER = Prefetch(
    "ledger",
    LedgerEntry.objects.select_related("actor", "allocation__site").annotate(
        job_count=Count("credited_runs")
    ),
)

_TONES = {
    AllocationState.OFFERED: "info",
    AllocationState.PROVISIONING: "info",
    AllocationState.ACTIVE: "success",
    AllocationState.SUSPENDED: "warning",
    AllocationState.EXPIRED: "secondary",
}


@dataclass(frozen=True)
class SiteCard:
    """What the page says about a project at one site."""

    allocation: Allocation
    granted_minutes: int
    used_seconds: int
    status: SiteStatus | None
    script: str
    ledger: list[LedgerLine]
    unknown_users: tuple[str, ...] = ()
    """Of an adopted account those users of whom Belfry knows no person."""
    checked: Checked | None = None
    """How the use stands to Slurm's own figures; None where that was never looked at."""
    plan: SitePlan | None = None
    """What the site wants to change of this project, and staff have not approved."""

    @property
    def state(self) -> AllocationState:
        """Where the project stands here today."""
        return self.allocation.state

    @property
    def tone(self) -> str:
        """Bootstrap's name of the colour that goes with the state."""
        return _TONES[self.state]

    @property
    def state_in_words(self) -> str:
        """One sentence on where the project stands here."""
        if self.plan is not None and self.state == AllocationState.PROVISIONING:
            return _("Waits for approval. The site sets it up once staff have approved its plan.")
        return _STATE_IN_WORDS[self.state](self.allocation)

    @property
    def not_applied_yet(self) -> bool:
        """Whether what the page says of a working project does not hold at the site yet."""
        early = (AllocationState.OFFERED, AllocationState.PROVISIONING)
        return self.plan is not None and self.state not in early

    @property
    def accepts_jobs(self) -> bool:
        """Whether a submission would be accepted now."""
        return self.state == AllocationState.ACTIVE

    @property
    def remaining_seconds(self) -> int:
        """What is left, in GPU-seconds; a job that ran over its budget leaves nothing."""
        return max(self.granted_minutes * 60 - self.used_seconds, 0)

    @property
    def lapsed_minutes(self) -> int:
        """What nobody used until a last day, so far."""
        entries = [line.entry for line in self.ledger]
        return -sum(item.gpu_minutes for item in entries if item.kind == LedgerEntry.Kind.LAPSE)

    @property
    def used_percent(self) -> int:
        """How much of the grant is used, from 0 to 100, rounded down."""
        granted = self.granted_minutes * 60
        return min(100 * self.used_seconds // granted, 100) if granted else 0

    @property
    def figures_until(self) -> datetime | None:
        """Up to when every job is counted; None where the site has not sent its accounting yet."""
        return self.status.accounting_until if self.status else None

    @property
    def figures_until_in_words(self) -> str:
        """The same as people say it: a time today, else a day and a time."""
        return _moment(self.figures_until, "TIME_FORMAT") if self.figures_until else ""

    @property
    def silent_since(self) -> datetime | None:
        """Since when the site has not been heard, where that is too long; else None."""
        status = self.status
        return status.last_seen_at if status and status.is_late else None

    @property
    def script_name(self) -> str:
        """What the page calls the batch script."""
        return f"{self.allocation.project.name}-{self.allocation.site.code}.sh"

    @property
    def own_partition(self) -> DedicatedPartition | None:
        """The partition that the project has to itself today."""
        own: DedicatedPartition | None = getattr(self.allocation, "dedicated", None)
        return own if own and own.is_open_on(timezone.localdate()) else None

    @property
    def never_heard(self) -> bool:
        """Whether the site has not said anything yet."""
        return self.status is None or self.status.last_seen_at is None


def allocations_for_cards() -> QuerySet[Allocation]:
    """Allocations with all that their cards show, in three queries whatever their number."""
    return (
        Allocation.objects.with_figures()
        .with_site_status()
        .select_related("dedicated", "checked_total")
        .prefetch_related("partitions", _LEDGER)
        .order_by("-site__name")
    )


def site_cards(project: Project) -> list[SiteCard]:
    """One card for each site of a project whose `allocations_for_cards` were fetched with it."""
    plans = {plan.site_id: plan for plan in _undecided(project)} if project.has_plans else {}
    allocations = list(project.allocations.all())
    checked = checked_figures(allocations)
    return [
        SiteCard(
            allocation=allocation,
            granted_minutes=allocation.granted_minutes,
            used_seconds=allocation.used_seconds,
            status=getattr(allocation.site, "status", None),
            script=first_job(allocation),
            ledger=ledger_lines(allocation.ledger.all()),
            checked=checked.get(allocation.pk),
            unknown_users=_unknown_users(allocation),
            plan=_plan_for(allocation, plans),
        )
        for allocation in allocations
    ]


def _unknown_users(allocation: Allocation) -> tuple[str, ...]:
    if allocation.adopted_at is None:
        return ()
    parts = Membership.objects.filter(project=allocation.project)
    known = set(parts.values_list("user__unix_identity__username", flat=True))
    recorded = (member.username for member in allocation.recorded_members.all())
    return tuple(name for name in recorded if name not in known)


def _undecided(project: Project) -> list[SitePlan]:
    """The plans of the project's sites that staff have not approved."""
    plans = SitePlan.objects.current().exclude(state=PlanState.APPROVED).defer("outline")
    return list(plans.filter(site__allocations__project=project))


def _plan_for(allocation: Allocation, plans: dict[int, SitePlan]) -> SitePlan | None:
    plan = plans.get(allocation.site_id)
    names = (allocation.account_name, allocation.qos_name)
    return plan if plan is not None and plan.concerns(*names) else None


def first_job(allocation: Allocation) -> str:
    """A batch script that this allocation accepts; it holds nothing that people typed."""
    script: str = render_to_string(
        "projects/first_job.sh",
        {
            "account": allocation.account_name,
            "site": allocation.site,
            "partition": min(partition.name for partition in allocation.partitions.all()),
        },
    )
    return script.strip() + "\n"


def _offered(allocation: Allocation) -> str:
    return _("Offered. The site sets it up once the applicant has accepted the offer.")


def _provisioning(allocation: Allocation) -> str:
    if allocation.not_ready_because:
        return _("Being set up. The site does not accept jobs yet: %(why)s") % {
            "why": allocation.not_ready_because
        }
    return _("Being set up. This usually takes less than a minute.")


def _active(allocation: Allocation) -> str:
    since = _moment(allocation.active_since, "H:i:s") if allocation.active_since else ""
    return _("Active since %(moment)s, checked by a test submission.") % {"moment": since}


def _suspended(allocation: Allocation) -> str:
    return _("Suspended: %(why)s") % {"why": allocation.suspended_because}


def _expired(allocation: Allocation) -> str:
    if allocation.is_offered:
        return _("The offer was not accepted; its GPU-hours went back to the pools.")
    if allocation.released_at:
        return _("Given back to the site on %(day)s: %(why)s") % {
            "day": date_format(timezone.localtime(allocation.released_at), "DATE_FORMAT"),
            "why": allocation.released_because,
        }
    return _("Expired on %(day)s. New jobs are refused.") % {
        "day": date_format(allocation.ends_on, "DATE_FORMAT")
    }


_STATE_IN_WORDS = {
    AllocationState.OFFERED: _offered,
    AllocationState.PROVISIONING: _provisioning,
    AllocationState.ACTIVE: _active,
    AllocationState.SUSPENDED: _suspended,
    AllocationState.EXPIRED: _expired,
}


def _moment(moment: datetime, time_format: str) -> str:
    local = timezone.localtime(moment)
    time = date_format(local, time_format)
    if local.date() == timezone.localdate():
        return time
    return _("%(day)s, %(time)s") % {"day": date_format(local, "DATE_FORMAT"), "time": time}
