"""Gives back the GPU time of runs that were lost to a fault, each run once; or takes that back."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.audit import action
from accounts.models import User
from allocations.actions.ledger import book, lock_allocation, read_budget, refuse_ended
from allocations.actions.mails import mail_leaders
from allocations.actions.wake import wake_sites
from allocations.errors import RefusedError, StateError
from allocations.lost_runs import Found, FoundRun, LostRuns, find_lost_runs
from allocations.models import Allocation, CreditedRun, LedgerEntry
from allocations.rules.budgets import Entry, EntryKind, TooMuchError
from allocations.rules.units import MINUTES_AN_HOUR


@action
def credit_lost_runs(
    *, selection: LostRuns, seen: str, reason: str, actor: User
) -> list[LedgerEntry]:
    """One entry for each budget, of exactly the runs that the actor was shown; all or none."""
    if not reason.strip():
        raise RefusedError(_("Give a reason: the members read it."), field="reason")
    _lock(find_lost_runs(selection, actor))
    found = find_lost_runs(selection, actor)
    if found.is_cut:
        raise RefusedError(_("These are too many runs at once: choose a shorter span of time."))
    if found.digest != seen:
        raise StateError(_("Which runs can be given back has changed: look at them again."))
    entries = [
        _credit(allocation, runs, minutes, reason, actor)
        for allocation, runs, minutes in found.by_allocation()
        if minutes
    ]
    if not entries:
        raise RefusedError(_("No run was found that can be given back."))
    wake_sites([selection.site])
    return entries


@action
def reverse_credit(*, entry_id: int, reason: str, actor: User) -> LedgerEntry:
    """Take back what was given for lost runs, by another entry; the runs stay given back once."""
    entry = LedgerEntry.objects.get(pk=entry_id)
    allocation = lock_allocation(entry.allocation_id, reason)
    refuse_ended(allocation)
    if not is_reversible(entry):
        raise StateError(_("This entry cannot be taken back, or was taken back already."))
    try:
        reversal = read_budget(allocation).take_back_refund(entry.gpu_minutes)
    except TooMuchError as error:
        raise RefusedError(
            _("Jobs have used the hours by now: at most %(hours)d GPU-hours are free.")
            % {"hours": error.most_minutes // MINUTES_AN_HOUR}
        ) from error
    booked = book(allocation, reversal, reason=reason, actor=actor, counterpart=entry)
    wake_sites([allocation.site])
    mail_leaders("credit_reversed", allocation.project, allocation=allocation, entry=booked)
    return booked


def is_reversible(entry: LedgerEntry) -> bool:
    """Whether an entry gave lost runs back, and no other took it back."""
    return (
        entry.kind == EntryKind.REFUND
        and entry.gpu_minutes > 0
        and entry.credited_runs.exists()
        and not LedgerEntry.objects.filter(counterpart=entry).exists()
    )


def _lock(found: Found) -> None:
    """All allocations of the projects concerned, in one order, so that none waits for ever."""
    projects = {run.job.project_id for run in found.creditable}
    rows = Allocation.objects.filter(project__in=projects).order_by("pk")
    list(rows.select_for_update(of=["self"]).values_list("pk"))


def _credit(
    allocation: Allocation, runs: list[FoundRun], minutes: int, reason: str, actor: User
) -> LedgerEntry:
    try:
        refund = read_budget(allocation).refund(minutes)
    except TooMuchError as error:
        raise RefusedError(
            _("Of %(project)s at most %(hours)d GPU-hours were used and not given back yet.")
            % {
                "project": allocation.project.name,
                "hours": error.most_minutes // MINUTES_AN_HOUR,
            }
        ) from error
    entry = book(allocation, Entry(refund.kind, refund.gpu_minutes), reason=reason, actor=actor)
    try:
        with transaction.atomic():
            CreditedRun.objects.bulk_create([_row(entry, run) for run in runs])
    except IntegrityError as error:
        raise StateError(_("Somebody else has just given one of these runs back.")) from error
    mail_leaders("runs_credited", allocation.project, allocation=allocation, entry=entry, runs=runs)
    return entry


def _row(entry: LedgerEntry, run: FoundRun) -> CreditedRun:
    if run.job.ended_at is None:
        raise StateError(_("One of these runs has not ended."))
    return CreditedRun(
        entry=entry,
        site_id=run.job.site_id,
        db_index=run.job.db_index,
        submitted_at=run.job.submitted_at,
        job=run.job.shown_id,
        username=run.job.username,
        ended_at=run.job.ended_at,
        gpu_seconds=run.gpu_seconds,
    )
