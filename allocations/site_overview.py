"""What each site last said of itself, ready to be shown."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from allocations.models import Site, SitePlan, SiteStatus, SyncCycle
from slurm_bridge.wire import (
    ChangeResult,
    Conflict,
    Heartbeat,
    PlanOutline,
)

MOST_SHOWN = 200


@dataclass(frozen=True)
class SiteOverview:
    """A site with its newest figures; None stands for what it never said."""

    site: Site
    status: SiteStatus | None
    heartbeat: Heartbeat | None
    last_cycle: "CycleReport | None"
    plan: SitePlan | None
    """What it wants to change and does not change by itself."""


@dataclass(frozen=True)
class CycleReport:
    """A cycle of a bridge with what became of each change."""

    cycle: SyncCycle
    results: tuple[ChangeResult, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def unfinished(self) -> int:
        """How many changes failed or were put off."""
        return sum(result.outcome != "applied" for result in self.results)

    @property
    def shown_results(self) -> tuple[ChangeResult, ...]:
        """The first of them, those not applied before the others: no site can fill a page."""
        in_order = sorted(self.results, key=lambda result: result.outcome == "applied")
        return tuple(in_order[:MOST_SHOWN])

    @property
    def shown_conflicts(self) -> tuple[Conflict, ...]:
        """The first of the conflicts."""
        return self.conflicts[:MOST_SHOWN]

    @property
    def left_out(self) -> int:
        """How many results and conflicts are not shown."""
        return sum(max(len(items) - MOST_SHOWN, 0) for items in (self.results, self.conflicts))


def site_overviews() -> list[SiteOverview]:
    """All sites, in three queries."""
    newest = {
        cycle.site_id: cycle
        for cycle in SyncCycle.objects.order_by("site_id", "-finished_at").distinct("site_id")
    }
    sites = Site.objects.select_related("status", "lease", "usage_check")
    plans = {
        plan.site_id: plan
        for plan in SitePlan.objects.current().defer("outline").select_related("site", "decided_by")
    }
    return [overview_of(site, newest.get(site.pk), plans.get(site.pk)) for site in sites]


def overview_of(site: Site, last_cycle: SyncCycle | None, plan: SitePlan | None) -> SiteOverview:
    """One site with its newest figures."""
    status: SiteStatus | None = getattr(site, "status", None)
    return SiteOverview(
        site=site,
        status=status,
        heartbeat=_heartbeat(status),
        last_cycle=cycle_report(last_cycle) if last_cycle else None,
        plan=plan,
    )


def cycle_report(cycle: SyncCycle) -> CycleReport:
    """A stored cycle, read back; parts that an older bridge wrote differently are left out."""
    return CycleReport(
        cycle=cycle,
        results=tuple(_readable(ChangeResult, cycle.results)),
        conflicts=tuple(_readable(Conflict, cycle.conflicts)),
    )


def plan_outline(plan: SitePlan) -> PlanOutline | None:
    """A stored plan, read back; None where another release wrote it in other words."""
    return next(iter(_readable(PlanOutline, [plan.outline])), None)


def nodes_of_site(site: Site) -> str:
    """The names of a site's nodes, folded; empty where it never said so."""
    heartbeat = _heartbeat(getattr(site, "status", None))
    return heartbeat.nodes if heartbeat else ""


def has_accounting(site: Site) -> bool:
    """Whether the site ever sent its accounting; without, what was used there is unknown, not 0."""
    status: SiteStatus | None = getattr(site, "status", None)
    return status is not None and status.accounting_until is not None


def _heartbeat(status: SiteStatus | None) -> Heartbeat | None:
    stored = [status.heartbeat] if status and status.heartbeat else []
    return next(iter(_readable(Heartbeat, stored)), None)


def _readable(message: Any, stored: list[Any]) -> Any:
    for item in stored:
        try:
            yield message.model_validate(item)
        except ValidationError:
            continue
