"""What staff decide of a change that was asked for; approved, it is carried out at once."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.mail import send_mail
from accounts.models import User
from allocations.actions.allocations import (
    add_hours,
    change_end,
    resume_allocation,
    suspend_allocation,
)
from allocations.actions.award_changes import lock_change
from allocations.actions.budgets import renew, transfer_hours
from allocations.actions.leaders import name_leader
from allocations.actions.ledger import lock_allocation, refuse_ended
from allocations.actions.mails import mail_staff
from allocations.actions.transitions import lock_application, move_application
from allocations.deciders import why_not_decide_change
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, Application, AwardChange, LedgerEntry, Partition, Site
from allocations.rules.award_changes import ChangeKind, ChangeState
from allocations.states import ApplicationState


@action
def approve_change(*, change_id: int, reason: str, actor: User) -> AwardChange:
    """Carry it out, or be the first of two where the track has two people decide so many hours."""
    change = _lock_for_decision(change_id, reason, actor)
    if needs_second_person(change) and not change.waits_for_second_person:
        change.state = ChangeState.SECONDED
        change.seconded_by, change.seconded_at = actor, timezone.now()
        change.decision_reason = reason
        change.save()
        mail_staff("change_seconded", {"change": change, "application": change.application})
        return change
    if change.seconded_by_id == actor.pk:
        raise RefusedError(_("You said yes to this first, so somebody else confirms it."))
    change.entry = _carry_out(change, reason, actor)
    return _close(change, ChangeState.APPROVED, reason, actor)


@action
def reject_change(*, change_id: int, reason: str, actor: User) -> AwardChange:
    """Say no, with the reason that those who asked read."""
    change = _lock_for_decision(change_id, reason, actor)
    if change.is_appeal:
        application = lock_application(change.application_id)
        move_application(application, ApplicationState.REJECTED, actor=actor, reason=reason)
    return _close(change, ChangeState.REJECTED, reason, actor)


def needs_second_person(change: AwardChange) -> bool:
    """Whether the track has two people decide about so many GPU-hours."""
    if change.kind == ChangeKind.TRANSFER or change.gpu_hours is None:
        return False
    limit = change.application.rules().four_eyes_above_gpu_hours
    return limit is not None and change.gpu_hours > limit


def _lock_for_decision(change_id: int, reason: str, actor: User) -> AwardChange:
    change = lock_change(change_id)
    why_not = why_not_decide_change(actor, change)
    if why_not:
        raise RefusedError(why_not)
    if not reason.strip():
        raise RefusedError(_("Give a reason: those who asked read it."), field="reason")
    return change


def _carry_out(change: AwardChange, reason: str, actor: User) -> LedgerEntry | None:
    """Do what was asked for, by the actions that staff have for it; what was booked, if anything.

    They lock and check budgets, pools and the aid ceiling as they are now.
    """
    if change.to_member is not None:
        return name_leader(change.application.project, change.to_member, reason=reason, actor=actor)
    if change.allocation is None:
        _overturn(change.application_id, reason, actor)
        return None
    number, hours, day = change.allocation.pk, change.gpu_hours or 0, change.ends_on
    allocation = lock_allocation(number, reason)
    if change.kind == ChangeKind.SUPPLEMENT:
        return add_hours(allocation, hours, reason=reason, actor=actor)
    if change.kind == ChangeKind.TRANSFER and change.to_site is not None:
        return transfer_hours(
            allocation_id=number,
            to_site=change.to_site,
            gpu_hours=hours,
            partitions=_first_partitions(change.application, change.to_site),
            reason=reason,
            actor=actor,
        )
    if change.kind == ChangeKind.EXTENSION and day is not None:
        return _extend(allocation, hours, day, reason, actor)
    if change.kind == ChangeKind.PAUSE:
        suspend_allocation(allocation_id=number, reason=reason, actor=actor)
    else:
        resume_allocation(allocation_id=number, reason=reason, actor=actor)
    return allocation.ledger.latest("pk")


def _extend(
    allocation: Allocation, gpu_hours: int, ends_on: date, reason: str, actor: User
) -> LedgerEntry | None:
    """A later last day, with hours or without; hours that were left stay, unless they lapsed."""
    if gpu_hours:
        return renew(allocation, gpu_hours, ends_on, reason=reason, actor=actor)
    refuse_ended(allocation)
    if ends_on <= allocation.ends_on:
        raise StateError(_("The last day is as late by now."))
    change_end(allocation_id=allocation.pk, ends_on=ends_on, reason=reason, actor=actor)
    return allocation.ledger.latest("pk")


def _overturn(application_id: int, reason: str, actor: User) -> None:
    """Set a rejection aside, so that the application is decided anew, with all of its time."""
    application = lock_application(application_id)
    decision = application.decision
    decision.application, decision.overturned_for = None, application
    decision.save(update_fields=["application", "overturned_for"])
    move_application(application, ApplicationState.SUBMITTED, actor=actor, reason=reason)


def _first_partitions(application: Application, site: Site) -> list[Partition]:
    """What the track's awards get at a site; needed only where the project is new there."""
    return list(application.rules().partitions.filter(site=site))


def _close(change: AwardChange, state: ChangeState, reason: str, actor: User) -> AwardChange:
    change.state, change.decision_reason = state, reason
    change.decided_by, change.decided_at = actor, timezone.now()
    change.save()
    context = {"change": change, "application": change.application}
    send_mail(template="change_decided", to=change.asked_by, context=context)
    return change
