"""What staff change after the award: amount, end, suspension; and members leaving."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.mail import send_mail
from accounts.models import User
from allocations.actions.ledger import (
    book,
    lapse_before_reopening,
    note,
    read_budget,
    refuse_adopted,
    refuse_alone,
    refuse_closed,
    refuse_ended,
    refuse_offered,
    refuse_stale,
    too_much,
)
from allocations.actions.mails import mail_members
from allocations.actions.wake import wake_sites, wake_sites_of
from allocations.deciders import refuse_tied
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, Invitation, LedgerEntry, Membership
from allocations.models.applications import MOST_GPU_HOURS
from allocations.rules.budgets import Entry, EntryKind, TooMuchError
from allocations.rules.units import MINUTES_AN_HOUR

LEFT = "A member left."


@action
def change_budget(
    *,
    allocation_id: int,
    gpu_hours: int,
    reason: str,
    actor: User,
    seen_minutes: int | None = None,
) -> LedgerEntry:
    """Add GPU-hours, or take some away with a negative number; only what is free.

    `seen_minutes` is what the actor saw as granted: a form sent twice changes the budget once.
    """
    allocation = _lock(allocation_id, reason)
    if gpu_hours > 0:
        refuse_tied(actor, allocation.project.application)
    refuse_alone(allocation, gpu_hours)
    refuse_stale(read_budget(allocation), seen_minutes)
    return add_hours(allocation, gpu_hours, reason=reason, actor=actor)


def add_hours(allocation: Allocation, gpu_hours: int, *, reason: str, actor: User) -> LedgerEntry:
    """The same of a locked allocation; call it inside an action that has checked who decides."""
    if gpu_hours == 0 or abs(gpu_hours) > MOST_GPU_HOURS:
        raise RefusedError(_("Enter how many GPU-hours to add, or a negative number to take away."))
    budget = read_budget(allocation)
    refuse_ended(allocation)
    minutes = gpu_hours * MINUTES_AN_HOUR
    try:
        change = Entry(EntryKind.SUPPLEMENT, minutes) if minutes > 0 else budget.reduction(-minutes)
    except TooMuchError as error:
        raise too_much(error) from error
    entry = book(allocation, change, reason=reason, actor=actor)
    return _announce(entry)


def book_minutes(
    allocation: Allocation, gpu_minutes: int, *, reason: str, actor: User
) -> LedgerEntry:
    """Enter an amount in the ledger and tell everybody; call it inside an action, locked."""
    kind = EntryKind.SUPPLEMENT if gpu_minutes > 0 else EntryKind.REDUCTION
    return _announce(book(allocation, Entry(kind, gpu_minutes), reason=reason, actor=actor))


def _announce(entry: LedgerEntry) -> LedgerEntry:
    allocation = entry.allocation
    wake_sites([allocation.site])
    mail_members("budget_changed", allocation.project, allocation=allocation, entry=entry)
    return entry


@action
def change_end(*, allocation_id: int, ends_on: date, reason: str, actor: User) -> Allocation:
    """Move the last day; one before today ends the allocation at once.

    What had lapsed at a last day that has passed stays lapsed: a renewal grants hours anew.
    """
    allocation = _lock(allocation_id, reason)
    if ends_on < allocation.starts_on:
        raise RefusedError(_("The last day is before the first."))
    if ends_on == allocation.ends_on:
        raise StateError(_("This is the last day already."))
    if ends_on > allocation.ends_on:
        refuse_tied(actor, allocation.project.application)
    if ends_on >= timezone.localdate():
        refuse_closed(allocation)
        lapse_before_reopening(allocation, actor)
    allocation.ends_on = ends_on
    allocation.save(update_fields=["ends_on"])
    wake_sites([allocation.site])
    note(allocation.project, EntryKind.LAST_DAY, reason=reason, actor=actor, allocation=allocation)
    mail_members("end_changed", allocation.project, allocation=allocation, reason=reason)
    return allocation


@action
def suspend_allocation(*, allocation_id: int, reason: str, actor: User) -> Allocation:
    """Refuse new jobs until resumed; running jobs run out."""
    allocation = _lock(allocation_id, reason)
    if allocation.suspended_because:
        raise StateError(_("This allocation is suspended already."))
    allocation.suspended_because = reason
    allocation.save(update_fields=["suspended_because"])
    wake_sites([allocation.site])
    note(allocation.project, EntryKind.PAUSE, reason=reason, actor=actor, allocation=allocation)
    mail_members("allocation_suspended", allocation.project, allocation=allocation)
    return allocation


@action
def resume_allocation(*, allocation_id: int, reason: str, actor: User) -> Allocation:
    """Accept new jobs again; it counts as active once a test submission has been accepted."""
    allocation = _lock(allocation_id, reason)
    if not allocation.suspended_because:
        raise StateError(_("This allocation is not suspended."))
    allocation.suspended_because = ""
    allocation.active_since = None
    allocation.save(update_fields=["suspended_because", "active_since"])
    wake_sites([allocation.site])
    note(
        allocation.project, EntryKind.RESUMPTION, reason=reason, actor=actor, allocation=allocation
    )
    mail_members("allocation_resumed", allocation.project, allocation=allocation)
    return allocation


@action
def remove_member(*, membership_id: int, actor: User) -> Membership:
    """End somebody's part in a project and in its application; running jobs are left to end."""
    membership = (
        Membership.objects.select_for_update(of=["self"])
        .select_related("project", "user")
        .get(pk=membership_id)
    )
    if membership.left_at is not None:
        raise StateError(_("This person has left the project already."))
    if membership.role == Membership.Role.LEADER:
        raise RefusedError(_("The leader cannot leave before another member leads the project."))
    membership.left_at = timezone.now()
    membership.save(update_fields=["left_at"])
    # With it goes the right to read the application; a new invitation may bring both back.
    Invitation.objects.filter(
        application__project=membership.project_id, accepted_by=membership.user_id
    ).delete()
    note(membership.project, EntryKind.MEMBERS, reason=LEFT, actor=actor)
    wake_sites_of(membership.project)
    send_mail(
        template="member_removed",
        to=membership.user,
        context={"project": membership.project, "remover": actor},
    )
    return membership


def _lock(allocation_id: int, reason: str) -> Allocation:
    if not reason.strip():
        raise RefusedError(_("Give a reason: the members read it."))
    allocation = (
        Allocation.objects.select_for_update(of=["self"])
        .select_related("site", "project")
        .get(pk=allocation_id)
    )
    refuse_adopted(allocation)
    refuse_offered(allocation)
    return allocation
