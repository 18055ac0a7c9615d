"""Asking for a change of an award, and taking that back."""

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.models import User
from allocations.actions.ledger import (
    lock_allocation,
    minutes_of_hours,
    read_budget,
    refuse_closed,
    refuse_ended,
    too_much,
)
from allocations.actions.mails import mail_staff
from allocations.actions.transitions import lock_application, move_application
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, Application, AwardChange, Site
from allocations.rules.award_changes import (
    OF_NO_SITE,
    ChangeKind,
    ChangeState,
    appeal_until,
    change_dates,
)
from allocations.rules.budgets import TooMuchError
from allocations.states import AllocationState, ApplicationState

MOST_DAYS_AHEAD = 5 * 366


@action
def ask_for_change(
    *,
    allocation_id: int,
    kind: ChangeKind,
    reason: str,
    actor: User,
    gpu_hours: int | None = None,
    ends_on: date | None = None,
    to_site: Site | None = None,
) -> AwardChange:
    """Ask staff to change a project at a site; of each kind one waits at a time."""
    allocation = lock_allocation(allocation_id, reason)
    if kind == ChangeKind.EXTENSION:
        _check_extension(allocation, ends_on, gpu_hours)
    elif kind == ChangeKind.SUPPLEMENT:
        minutes_of_hours(gpu_hours or 0)
        refuse_ended(allocation)
    elif kind == ChangeKind.TRANSFER:
        _check_transfer(allocation, gpu_hours or 0, to_site)
    elif kind in OF_NO_SITE:
        raise RefusedError(_("This is about the whole project, not about a site."))
    else:
        _check_pause(allocation, kind)
    if AwardChange.objects.open().filter(allocation=allocation, kind=kind).exists():
        raise StateError(_("This was asked for already, and waits for staff."))
    return keep_change(
        AwardChange(
            application=allocation.project.application,
            allocation=allocation,
            kind=kind,
            gpu_hours=gpu_hours,
            ends_on=ends_on,
            to_site=to_site,
            reason=reason,
            asked_by=actor,
        )
    )


@action
def appeal(*, application_id: int, reason: str, actor: User) -> AwardChange:
    """Ask that a rejection be looked at again, by somebody else."""
    application = lock_application(application_id)
    if not reason.strip():
        raise RefusedError(_("Say why: the staff read it."), field="reason")
    if application.state != ApplicationState.REJECTED:
        raise StateError(_("Only a rejection can be appealed against, and only once at a time."))
    if timezone.localdate() > last_day_to_appeal(application):
        raise StateError(_("The time to appeal has passed."))
    move_application(application, ApplicationState.APPEALED, actor=actor, reason=reason)
    return keep_change(
        AwardChange(application=application, kind=ChangeKind.APPEAL, reason=reason, asked_by=actor)
    )


@action
def withdraw_change(*, change_id: int, actor: User) -> AwardChange:
    """Take back what was asked for and is not decided."""
    change = lock_change(change_id)
    if change.is_appeal:
        application = lock_application(change.application_id)
        move_application(application, ApplicationState.REJECTED, actor=actor)
    change.state = ChangeState.WITHDRAWN
    change.decided_at = timezone.now()
    change.save(update_fields=["state", "decided_at"])
    return change


def lock_change(change_id: int) -> AwardChange:
    """A change that waits, locked until the end of the action."""
    change = AwardChange.objects.select_for_update(of=["self"]).for_lists().get(pk=change_id)
    if not change.is_open:
        raise StateError(
            _("This is “%(state)s” already. Reload the page to see what happened.")
            % {"state": change.get_state_display()}
        )
    return change


def last_day_to_appeal(application: Application) -> date:
    """Until when its decision can be appealed against."""
    return appeal_until(timezone.localdate(application.decision.decided_at))


def keep_change(change: AwardChange) -> AwardChange:
    """Have it wait for staff, and tell them; call it inside an action."""
    dates = change_dates(timezone.localdate(), settings.CHANGE_DAYS)
    change.due_on, change.amber_on, change.red_on = dates.due_on, dates.amber_on, dates.red_on
    change.save()
    mail_staff("change_asked", {"change": change, "application": change.application})
    return change


def _check_extension(allocation: Allocation, ends_on: date | None, gpu_hours: int | None) -> None:
    today = timezone.localdate()
    refuse_closed(allocation)
    if ends_on is None or ends_on <= allocation.ends_on or ends_on < today:
        raise RefusedError(
            _("An extension ends later than the last day now, and not in the past."),
            field="ends_on",
        )
    if ends_on > today + timedelta(days=MOST_DAYS_AHEAD):
        raise RefusedError(_("This is more than five years ahead."), field="ends_on")
    if gpu_hours is not None:
        minutes_of_hours(gpu_hours)
    elif allocation.state == AllocationState.EXPIRED:
        raise RefusedError(
            _("The last day has passed and what was left has lapsed: say how many hours you need."),
            field="gpu_hours",
        )


def _check_transfer(allocation: Allocation, gpu_hours: int, to_site: Site | None) -> None:
    minutes = minutes_of_hours(gpu_hours)
    if to_site is None or to_site == allocation.site:
        raise RefusedError(_("Choose another site."), field="to_site")
    refuse_ended(allocation)
    try:
        read_budget(allocation).transfer(minutes)
    except TooMuchError as error:
        raise too_much(error) from error


def _check_pause(allocation: Allocation, kind: ChangeKind) -> None:
    refuse_ended(allocation)
    if bool(allocation.suspended_because) == (kind == ChangeKind.PAUSE):
        raise StateError(
            _("This allocation is suspended already.")
            if kind == ChangeKind.PAUSE
            else _("This allocation is not suspended.")
        )
