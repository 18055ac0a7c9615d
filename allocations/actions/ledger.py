"""The ledger of one allocation: read whole, and written entry by entry. Call inside actions."""

from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, person_or_none
from allocations.actions.aid import record_aid
from allocations.actions.pools import RETURNING, settle_with_pools
from allocations.actions.wait_list import hours_returned
from allocations.errors import RefusedError, StateError
from allocations.models import Allocation, BudgetCounter, LedgerEntry, Project, SiteStatus
from allocations.models.applications import MOST_GPU_HOURS
from allocations.rules.budgets import (
    Budget,
    Entry,
    EntryKind,
    TooMuchError,
    Use,
    budget_of,
    minutes_of,
)
from allocations.rules.units import MINUTES_AN_HOUR
from allocations.states import AllocationState, ApplicationState

LAPSED = "The last day has passed."


def lock_allocation(allocation_id: int, reason: str) -> Allocation:
    """The allocation with its whole project's locked, in one order, so that none waits for ever."""
    if not reason.strip():
        raise RefusedError(_("Give a reason: the members read it."))
    of_project = Allocation.objects.filter(project__allocations=allocation_id)
    list(of_project.select_for_update(of=["self"]).order_by("pk").values_list("pk"))
    allocation = Allocation.objects.select_related("site", "project").get(pk=allocation_id)
    refuse_adopted(allocation)
    refuse_offered(allocation)
    return allocation


def refuse_adopted(allocation: Allocation) -> None:
    """Raise where the account was adopted: Belfry holds no budget of it."""
    if allocation.adopted_at is not None:
        raise StateError(
            _("The limits of this account are the site's own: they are changed there.")
        )


def refuse_offered(allocation: Allocation) -> None:
    """Raise while an award waits for its applicant, or was never accepted."""
    if allocation.is_offered:
        raise StateError(
            _("The applicant has not accepted this award, so nothing of it can change.")
        )


def refuse_alone(allocation: Allocation, gpu_hours: int) -> None:
    """Raise where the track has two people decide about so many GPU-hours."""
    limit = allocation.project.application.rules().four_eyes_above_gpu_hours
    if limit is not None and gpu_hours > limit:
        raise RefusedError(
            _("So many GPU-hours are decided by two people: have the leader ask for them."),
            field="gpu_hours",
        )


def read_budget(allocation: Allocation) -> Budget:
    """What the ledger and the use of an allocation come to now."""
    ledger = allocation.ledger.values_list("kind", "gpu_minutes")
    return budget_of((Entry(kind, minutes) for kind, minutes in ledger), read_use(allocation))


def read_use(allocation: Allocation) -> Use:
    """What jobs used by the portal's record or by Slurm's, whichever is more, and may still use."""
    found = Allocation.objects.with_figures().select_related("counter").get(pk=allocation.pk)
    counter: BudgetCounter | None = getattr(found, "counter", None)
    counted = counter.used_minutes + found.lost_minutes if counter else 0
    return Use(
        used_minutes=max(minutes_of(found.used_seconds), counted),
        reserved_minutes=counter.reserved_minutes if counter else 0,
    )


def book(
    allocation: Allocation,
    entry: Entry,
    *,
    reason: str,
    actor: Actor,
    counterpart: LedgerEntry | None = None,
) -> LedgerEntry:
    """Write one entry, take what it grants from the pools, and value it as aid."""
    booked = LedgerEntry.objects.create(
        allocation=allocation,
        kind=entry.kind,
        gpu_minutes=entry.gpu_minutes,
        reason=reason,
        actor=person_or_none(actor),
        counterpart=counterpart,
    )
    record_aid(booked)
    settle_with_pools(booked)
    if booked.kind in RETURNING:
        hours_returned()
    return booked


def note(
    project: Project,
    kind: EntryKind,
    *,
    reason: str,
    actor: Actor,
    allocation: Allocation | None = None,
) -> LedgerEntry | None:
    """Keep what changed without an amount in the ledger of one site, or of all that are set up.

    The first entry, or None where no site has a ledger: those of adopted accounts are the site's.
    """
    sites = [allocation] if allocation else project.allocations.taken_up().filter(adopted_at=None)
    entries = [
        LedgerEntry.objects.create(
            allocation=each, kind=kind, gpu_minutes=0, reason=reason, actor=person_or_none(actor)
        )
        for each in sites
    ]
    return entries[0] if entries else None


def minutes_of_hours(gpu_hours: int) -> int:
    """GPU-minutes of a positive number of hours that somebody can have meant."""
    if not 1 <= gpu_hours <= MOST_GPU_HOURS:
        raise RefusedError(_("Enter how many GPU-hours, at least one."), field="gpu_hours")
    return gpu_hours * MINUTES_AN_HOUR


def refuse_stale(budget: Budget, seen_minutes: int | None) -> None:
    """Raise unless the budget is still what the actor saw: a form sent twice counts once."""
    if seen_minutes is not None and seen_minutes != budget.granted_minutes:
        raise StateError(_("The budget was changed since you opened the form: look at it again."))


def refuse_ended(allocation: Allocation) -> None:
    """Raise where the last day has passed: hours that were added would lapse the next night."""
    if allocation.state == AllocationState.EXPIRED:
        raise RefusedError(
            _("The last day at %(site)s has passed: renew the allocation.")
            % {"site": allocation.site}
        )


def refuse_closed(allocation: Allocation) -> None:
    """Raise where the final report was accepted, so that nobody would be asked for another one."""
    if allocation.project.application.state == ApplicationState.CLOSED:
        raise StateError(_("This project is closed: its final report was accepted."))


def too_much(error: TooMuchError) -> RefusedError:
    """The same in words for the form."""
    return RefusedError(
        _(
            "At most %(hours)d GPU-hours are free: jobs have used the rest,"
            " or may still use it while they run."
        )
        % {"hours": error.most_minutes // MINUTES_AN_HOUR},
        field="gpu_hours",
    )


def is_settled(allocation: Allocation) -> bool:
    """Whether the site has told all that was used until the end of the last day."""
    ended_at = timezone.make_aware(datetime.combine(allocation.ends_on + timedelta(1), time.min))
    status = SiteStatus.objects.filter(site=allocation.site).first()
    known = [status.accounting_until, status.counters_read_at] if status else [None]
    return all(moment is not None and moment >= ended_at for moment in known)


def lapse_unspent(allocation: Allocation, actor: Actor) -> LedgerEntry | None:
    """Book what ended with the last day, if anything is left of it."""
    entry = read_budget(allocation).lapse()
    return book(allocation, entry, reason=LAPSED, actor=actor) if entry else None


def lapse_before_reopening(allocation: Allocation, actor: Actor) -> None:
    """Book the lapse of an ended allocation, so that another last day brings nothing back."""
    if allocation.state != AllocationState.EXPIRED:
        return
    if not is_settled(allocation):
        raise RefusedError(
            _(
                "%(site)s has not told yet what was used until the last day,"
                " so nobody knows what has lapsed. Try again when it has reported."
            )
            % {"site": allocation.site}
        )
    lapse_unspent(allocation, actor)
