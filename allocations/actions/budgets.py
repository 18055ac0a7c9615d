"""What staff do with hours after the award: renew, transfer between sites, give back."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import SystemActor, action
from accounts.models import User
from allocations.actions.ledger import (
    LAPSED,
    book,
    is_settled,
    lapse_before_reopening,
    lapse_unspent,
    lock_allocation,
    minutes_of_hours,
    read_budget,
    refuse_adopted,
    refuse_alone,
    refuse_closed,
    refuse_ended,
    refuse_stale,
    too_much,
)
from allocations.actions.mails import mail_members
from allocations.actions.numbers import free_account_name
from allocations.actions.wake import wake_sites
from allocations.deciders import refuse_tied
from allocations.errors import RefusedError
from allocations.models import Allocation, LedgerEntry, Partition, Site
from allocations.rules.budgets import Entry, EntryKind, TooMuchError
from allocations.rules.units import MINUTES_AN_HOUR
from allocations.states import AllocationState


@action
def renew_allocation(
    *,
    allocation_id: int,
    gpu_hours: int,
    ends_on: date,
    reason: str,
    actor: User,
    seen_minutes: int | None = None,
) -> LedgerEntry:
    """Grant hours until a later last day; what was unspent at a last day that has passed lapses."""
    allocation = lock_allocation(allocation_id, reason)
    refuse_tied(actor, allocation.project.application)
    refuse_alone(allocation, gpu_hours)
    refuse_stale(read_budget(allocation), seen_minutes)
    return renew(allocation, gpu_hours, ends_on, reason=reason, actor=actor)


def renew(
    allocation: Allocation, gpu_hours: int, ends_on: date, *, reason: str, actor: User
) -> LedgerEntry:
    """The same of a locked allocation; call it inside an action that has checked who decides."""
    minutes = minutes_of_hours(gpu_hours)
    refuse_closed(allocation)
    if ends_on < timezone.localdate() or ends_on <= allocation.ends_on:
        raise RefusedError(
            _("A renewal ends later than the last day now, and not in the past."), field="ends_on"
        )
    lapse_before_reopening(allocation, actor)
    entry = book(allocation, Entry(EntryKind.RENEWAL, minutes), reason=reason, actor=actor)
    allocation.ends_on = ends_on
    allocation.save(update_fields=["ends_on"])
    wake_sites([allocation.site])
    mail_members("allocation_renewed", allocation.project, allocation=allocation, entry=entry)
    return entry


@action
def refund_hours(
    *,
    allocation_id: int,
    gpu_hours: int,
    reason: str,
    actor: User,
    seen_minutes: int | None = None,
) -> LedgerEntry:
    """Give back hours of jobs that were lost through no fault of the project."""
    allocation = lock_allocation(allocation_id, reason)
    refuse_tied(actor, allocation.project.application)
    minutes = minutes_of_hours(gpu_hours)
    budget = read_budget(allocation)
    refuse_stale(budget, seen_minutes)
    refuse_ended(allocation)
    try:
        refund = budget.refund(minutes)
    except TooMuchError as error:
        raise RefusedError(
            _("At most %(hours)d GPU-hours were used and not given back yet.")
            % {"hours": error.most_minutes // MINUTES_AN_HOUR},
            field="gpu_hours",
        ) from error
    entry = book(allocation, refund, reason=reason, actor=actor)
    wake_sites([allocation.site])
    mail_members("budget_changed", allocation.project, allocation=allocation, entry=entry)
    return entry


@action
def transfer_hours(
    *,
    allocation_id: int,
    to_site: Site,
    gpu_hours: int,
    reason: str,
    actor: User,
    partitions: Sequence[Partition] = (),
    seen_minutes: int | None = None,
) -> LedgerEntry:
    """Move free hours to another site of the project, which is opened there if it is new.

    Returns what arrived.
    """
    source = lock_allocation(allocation_id, reason)
    minutes = minutes_of_hours(gpu_hours)
    budget = read_budget(source)
    refuse_stale(budget, seen_minutes)
    refuse_ended(source)
    if to_site == source.site:
        raise RefusedError(_("The hours are at this site already."), field="to_site")
    target = _allocation_at(source, to_site, partitions)
    refuse_adopted(target)
    refuse_ended(target)
    try:
        leaves, arrives = budget.transfer(minutes)
    except TooMuchError as error:
        raise too_much(error) from error
    left = book(source, leaves, reason=reason, actor=actor)
    arrived = book(target, arrives, reason=reason, actor=actor, counterpart=left)
    wake_sites([source.site, target.site])
    mail_members("hours_moved", source.project, source=source, target=target, entry=arrived)
    return arrived


@action
def lapse_ended(*, allocation_id: int, actor: SystemActor) -> LedgerEntry | None:
    """Book what nobody used until a last day that has passed, once its site has told all of it.

    What running jobs may still use is left to them, and lapses on a later night.
    """
    allocation = lock_allocation(allocation_id, LAPSED)
    if allocation.state != AllocationState.EXPIRED or not is_settled(allocation):
        return None
    entry = lapse_unspent(allocation, actor)
    if entry:
        wake_sites([allocation.site])
    return entry


def _allocation_at(source: Allocation, site: Site, partitions: Sequence[Partition]) -> Allocation:
    known = Allocation.objects.select_related("site", "project")
    found = known.filter(project=source.project, site=site).first()
    if found is not None:
        return found
    there = [partition for partition in partitions if partition.site_id == site.pk]
    if not there:
        raise RefusedError(
            _("The project is new at %(site)s: choose its partitions there.") % {"site": site},
            field="partitions",
        )
    opened = Allocation.objects.create(
        project=source.project,
        site=site,
        account_name=free_account_name(project=source.project, site=site) or source.project.name,
        starts_on=timezone.localdate(),
        ends_on=source.ends_on,
    )
    opened.partitions.set(there)
    return opened
