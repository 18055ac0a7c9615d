"""Warns members before hours or days run out, each time once. Nothing is stopped by it."""

from collections.abc import Iterable
from datetime import date

from accounts.audit import SystemActor, action
from allocations.actions.mails import mail_members
from allocations.models import Allocation, LedgerEntry, Notice, Site
from allocations.rules.budgets import Entry, Use, budget_of, minutes_of
from allocations.rules.notices import days_to_warn, shares_to_warn
from allocations.states import AllocationState


def warn_of_use(site: Site) -> None:
    """Mail members of budgets that have passed 50, 80 or 100 %; call it inside an action."""
    allocations = Allocation.objects.current().with_figures().filter(site=site, adopted_at=None)
    for allocation in allocations.select_related("project", "site").prefetch_related(
        "ledger", "notices"
    ):
        if allocation.used_seconds and allocation.state != AllocationState.EXPIRED:
            _warn_of_use(allocation)


@action
def warn_of_end(*, allocation_id: int, today: date, actor: SystemActor) -> None:
    """Mail members 30, 14, 7 days and one day before the last day; the same day warns once."""
    allocation = Allocation.objects.select_related("project", "site").get(pk=allocation_id)
    level = allocation.ends_on.isoformat()
    told = _told(allocation.notices.all(), "ends", level)
    due = days_to_warn(starts_on=allocation.starts_on, ends_on=allocation.ends_on, today=today)
    if _note(allocation, "ends", level, due - told) and min(due) < min(told, default=999):
        days = (allocation.ends_on - today).days
        mail_members("end_near", allocation.project, allocation=allocation, days=days)


def _warn_of_use(allocation: Allocation) -> None:
    ledger = list(allocation.ledger.all())
    budget = budget_of(
        [Entry(entry.kind, entry.gpu_minutes) for entry in ledger],
        Use(minutes_of(allocation.used_seconds)),
    )
    level = str(_last_addition(ledger))
    told = _told(allocation.notices.all(), "used", level)
    due = shares_to_warn(budget.used_percent)
    if _note(allocation, "used", level, due - told) and max(due) > max(told, default=0):
        mail_members(
            "budget_used",
            allocation.project,
            allocation=allocation,
            share=max(due),
            left_minutes=budget.left_minutes,
        )


def _last_addition(ledger: Iterable[LedgerEntry]) -> int:
    return max((entry.pk for entry in ledger if entry.gpu_minutes > 0), default=0)


def _told(notices: Iterable[Notice], what: str, level: str) -> set[int]:
    kinds = (item.kind.split("-") for item in notices if item.level == level)
    return {int(number) for word, number in kinds if word == what}


def _note(allocation: Allocation, what: str, level: str, numbers: set[int]) -> bool:
    """Remember these warnings; False if there are none, or another process was quicker."""
    created = [
        Notice.objects.get_or_create(allocation=allocation, kind=f"{what}-{number}", level=level)[1]
        for number in sorted(numbers)
    ]
    return any(created)
