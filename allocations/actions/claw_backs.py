"""Hours that a project hardly uses: proposed to be taken back, answered, applied or dismissed."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import SystemActor, action
from accounts.models import User
from allocations.actions.allocations import book_minutes
from allocations.actions.ledger import (
    lock_allocation,
    minutes_of_hours,
    read_budget,
    refuse_ended,
    too_much,
)
from allocations.actions.mails import mail_leaders, mail_staff
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, ClawBack, LedgerEntry
from allocations.rules.budgets import EntryKind, TooMuchError
from allocations.rules.claw_backs import Thresholds, unused_hours

PROPOSED = "Few of its hours were used so far."
FRESH = timedelta(hours=36)
"""How old a site's accounting may be: what nobody has told is not unused."""


def allocations_to_look_at(today: date, now: datetime) -> QuerySet[Allocation]:
    """Those that can be used now, whose site told lately what was used, not looked at before."""
    known = ClawBack.objects.values("allocation", "ends_on")
    return (
        Allocation.objects.filter(
            adopted_at=None,
            released_at=None,
            suspended_because="",
            active_since__isnull=False,
            ends_on__gt=today,
            site__status__accounting_until__gte=now - FRESH,
        )
        .exclude(claw_backs__state=ClawBack.State.PROPOSED)
        .exclude(pk__in=known.filter(ends_on__gte=today).values("allocation"))
    )


@action
def propose_claw_back(*, allocation_id: int, today: date, actor: SystemActor) -> ClawBack | None:
    """Propose to take hours back where few were used, and tell the leader; else None."""
    allocation = lock_allocation(allocation_id, PROPOSED)
    unused = unused_hours(
        read_budget(allocation),
        began_on=_began_on(allocation),
        ends_on=allocation.ends_on,
        today=today,
        thresholds=Thresholds(settings.CLAW_BACK_AFTER_PERCENT, settings.CLAW_BACK_USED_PERCENT),
    )
    if unused is None:
        return None
    proposal, is_new = ClawBack.objects.get_or_create(
        allocation=allocation,
        ends_on=allocation.ends_on,
        defaults={
            "granted_minutes": unused.granted_minutes,
            "used_minutes": unused.used_minutes,
            "expected_minutes": unused.expected_minutes,
            "proposed_minutes": unused.proposed_minutes,
            "answer_due_on": today + timedelta(days=settings.CLAW_BACK_ANSWER_DAYS),
        },
    )
    if not is_new:
        return None
    mail_leaders("claw_back_proposed", allocation.project, proposal=proposal)
    return proposal


@action
def close_overtaken(*, claw_back_id: int, actor: SystemActor) -> ClawBack:
    """Close a proposal whose allocation has ended: what is left of it lapses by itself."""
    proposal = _lock(claw_back_id)
    proposal.state, proposal.settled_at = ClawBack.State.OVERTAKEN, timezone.now()
    proposal.save()
    return proposal


@action
def answer_claw_back(*, claw_back_id: int, answer: str, actor: User) -> ClawBack:
    """Tell staff why the hours are needed, or that they are not."""
    proposal = _lock(claw_back_id)
    if not answer.strip():
        raise RefusedError(_("Say whether you need the hours, and what for."), field="answer")
    proposal.answer, proposal.answered_at, proposal.answered_by = answer, timezone.now(), actor
    proposal.save()
    context = {"project": proposal.allocation.project, "proposal": proposal}
    mail_staff("claw_back_answered", context)
    return proposal


@action
def apply_claw_back(*, claw_back_id: int, gpu_hours: int, reason: str, actor: User) -> LedgerEntry:
    """Take the hours back, all that were proposed or fewer; they return to the pools."""
    allocation = lock_allocation(_allocation_of(claw_back_id), reason)
    proposal = _lock(claw_back_id)
    if not proposal.may_be_applied:
        raise StateError(_("The leader has time to answer: wait until the day has passed."))
    refuse_ended(allocation)
    minutes = minutes_of_hours(gpu_hours)
    if minutes > proposal.proposed_minutes:
        raise RefusedError(_("More was not proposed."), field="gpu_hours")
    try:
        taken = read_budget(allocation).reduction(minutes)
    except TooMuchError as error:
        raise too_much(error) from error
    entry = book_minutes(allocation, taken.gpu_minutes, reason=reason, actor=actor)
    proposal.entry = entry
    _settle(proposal, ClawBack.State.APPLIED, reason, actor)
    return entry


@action
def dismiss_claw_back(*, claw_back_id: int, reason: str, actor: User) -> ClawBack:
    """Leave the hours where they are; no other proposal comes before another last day."""
    proposal = _lock(claw_back_id)
    if not reason.strip():
        raise RefusedError(_("Give a reason: the leader reads it."), field="reason")
    _settle(proposal, ClawBack.State.DISMISSED, reason, actor)
    mail_leaders("claw_back_dismissed", proposal.allocation.project, proposal=proposal)
    return proposal


def _settle(proposal: ClawBack, state: ClawBack.State, reason: str, actor: User) -> None:
    proposal.state, proposal.reason = state, reason
    proposal.settled_at, proposal.settled_by = timezone.now(), actor
    proposal.save()


def _began_on(allocation: Allocation) -> date:
    """The first day of this period: of what was granted first, or first after the last lapse."""
    lapse = allocation.ledger.filter(kind=EntryKind.LAPSE).last()
    if lapse is None:
        return allocation.starts_on
    again = allocation.ledger.filter(pk__gt=lapse.pk, gpu_minutes__gt=0).first()
    return timezone.localdate(again.at) if again else allocation.starts_on


def _allocation_of(claw_back_id: int) -> int:
    return ClawBack.objects.get(pk=claw_back_id).allocation_id


def _lock(claw_back_id: int) -> ClawBack:
    proposals = ClawBack.objects.select_for_update(of=["self"])
    proposal = proposals.select_related("allocation__project", "allocation__site").get(
        pk=claw_back_id
    )
    if not proposal.stands:
        raise StateError(_("This proposal is settled already."))
    return proposal
