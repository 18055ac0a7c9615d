"""What staff decide on a site's plan, and what its bridge then says about it."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.models import User
from allocations.actions.mails import mail_staff
from allocations.actions.wake import wake_sites
from allocations.errors import RefusedError, StateError
from allocations.models import Site, SitePlan
from allocations.site_overview import plan_outline
from allocations.states import OPEN_PLAN_STATES, PlanState
from slurm_bridge.wire import PlanOutline, SyncReport


@action
def approve_plan(*, plan: SitePlan, actor: User) -> SitePlan:
    """Let the site carry out exactly this plan; should it differ by then, nothing happens."""
    plan = _lock_open(plan)
    if plan.state == PlanState.APPROVED:
        raise StateError(_("This plan is approved already."))
    if plan.outline["refused"]:
        raise RefusedError(
            _("The site's guard would stop this plan, so approving it here would do nothing.")
        )
    return _decide(plan, PlanState.APPROVED, actor)


@action
def decline_plan(*, plan: SitePlan, actor: User) -> SitePlan:
    """Keep the site from carrying this plan out, also where it was approved and not begun."""
    plan = _lock_open(plan)
    if plan.state == PlanState.DECLINED:
        raise StateError(_("This plan is declined already."))
    return _decide(plan, PlanState.DECLINED, actor)


def record_plan(site: Site, report: SyncReport) -> None:
    """Keep what the bridge proposes, and follow what was approved; part of recording a report."""
    if report.refused and report.waiting is None:
        return  # It could not even plan, which says nothing about what waits.
    for plan in SitePlan.objects.select_for_update().filter(site=site, state__in=OPEN_PLAN_STATES):
        if plan.plan_id in report.begun:
            _follow(plan, report)
        elif plan.plan_id != report.waiting:
            _end(plan, PlanState.REPLACED)
    if report.proposed is not None:
        _keep(site, report.proposed)


def _lock_open(plan: SitePlan) -> SitePlan:
    locked = SitePlan.objects.select_for_update(of=["self"]).select_related("site").get(pk=plan.pk)
    if not locked.is_open:
        raise StateError(_("The site has moved on: look at what it plans now."))
    return locked


def _decide(plan: SitePlan, state: PlanState, actor: User) -> SitePlan:
    plan.state, plan.decided_by, plan.decided_at = state, actor, timezone.now()
    plan.save(update_fields=["state", "decided_by", "decided_at"])
    wake_sites([plan.site])
    return plan


def _follow(plan: SitePlan, report: SyncReport) -> None:
    """Note that an approved plan was begun, and that it is done once nothing of it is left."""
    if plan.begun_at is None:
        plan.begun_at = timezone.now()
        plan.save(update_fields=["begun_at"])
    outline = plan_outline(plan)
    mine = set(outline.changes) if outline else set()
    left = [item for item in report.results if item.outcome != "applied" and item.change in mine]
    if not left and not report.refused:
        _end(plan, PlanState.APPLIED)


def _end(plan: SitePlan, state: PlanState) -> None:
    plan.state, plan.ended_at = state, timezone.now()
    plan.save(update_fields=["state", "ended_at"])


def _keep(site: Site, outline: PlanOutline) -> None:
    """Store a plan anew, or its newer estimate; staff are told of each plan once."""
    is_known = SitePlan.objects.filter(site=site, plan_id=outline.plan_id).exists()
    plan, _created = SitePlan.objects.update_or_create(
        site=site,
        plan_id=outline.plan_id,
        state__in=OPEN_PLAN_STATES,
        defaults={"outline": outline.model_dump(mode="json"), "names": _names(outline)},
        create_defaults={
            "outline": outline.model_dump(mode="json"),
            "names": _names(outline),
            "state": PlanState.WAITING,
        },
    )
    if not is_known:
        mail_staff("plan_waiting", {"plan": plan, "outline": outline})


def _names(outline: PlanOutline) -> list[str]:
    """The accounts and QOS that the changes name."""
    named = (
        getattr(change, part, None) for change in outline.changes for part in ("account", "qos")
    )
    return sorted({name for name in named if name})
