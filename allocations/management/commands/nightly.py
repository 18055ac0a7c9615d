"""`manage.py nightly`: what the calendar brings: hours lapse, ends come near, answers stay out."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.audit import SystemActor
from accounts.mail_log import forget_mails
from accounts.vies import check_again
from allocations.actions.attachments import remove_unclaimed, scan_again
from allocations.actions.budgets import lapse_ended
from allocations.actions.claw_backs import (
    allocations_to_look_at,
    close_overtaken,
    propose_claw_back,
)
from allocations.actions.drafts import withdraw_unanswered
from allocations.actions.final_reports import (
    ask_for_report,
    ask_no_report_yet,
    projects_that_ended,
    projects_that_go_on,
    remind_of_report,
)
from allocations.actions.gpu_findings import forget_findings
from allocations.actions.gpu_minutes import put_away_minutes
from allocations.actions.gpu_months import forget_waiting_gpus, keep_gpu_months
from allocations.actions.job_retention import keep_months
from allocations.actions.month_indexes import make_indexes
from allocations.actions.notices import warn_of_end
from allocations.actions.offers import lapse_offer, remind_of_offer
from allocations.actions.wait_list import fill_wait_list
from allocations.models import Allocation, Application, AwardOffer, ClawBack, FinalReport

log = logging.getLogger(__name__)

NIGHTLY = SystemActor("nightly")


class Command(BaseCommand):
    """Runs once a day, soon after midnight; a second run on the same day changes nothing."""

    help = "Book hours that lapsed, warn of ends that are near, close what nobody answered."

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction for each row, so that a fault with one leaves the others."""
        today = timezone.localdate()
        ours = Allocation.objects.filter(adopted_at=None, is_offered=False).order_by("pk")
        ended = ours.ended_before(today).values_list("pk", flat=True)
        open_ones = ours.filter(ends_on__gte=today).values_list("pk", flat=True)
        lapse = partial(lapse_ended, actor=NIGHTLY)
        warn = partial(warn_of_end, today=today, actor=NIGHTLY)
        failed = _for_each(_as("allocation_id", ended), lapse)
        failed += _for_each(_as("allocation_id", open_ones), warn)
        failed += _for_each(_unanswered(today), partial(withdraw_unanswered, actor=NIGHTLY))
        failed += _final_reports(today)
        failed += _claw_backs(today)
        failed += _for_each(_offers(today), partial(lapse_offer, today=today, actor=NIGHTLY))
        failed += _for_each(_offers(None), partial(remind_of_offer, today=today, actor=NIGHTLY))
        failed += _failed(fill_wait_list)
        failed += sum(_failed(what) for what in _retention(today))
        if failed:
            raise CommandError(f"{failed} things could not be done; the log says why.")


def _final_reports(today: date) -> int:
    """Ask for those of projects that have ended, and remind of them; how many it failed for."""
    go_on = projects_that_go_on(today).order_by("pk").values_list("pk", flat=True)
    ended = projects_that_ended(today).order_by("pk").values_list("pk", flat=True)
    owed = FinalReport.objects.owed().order_by("pk").values_list("pk", flat=True)
    resume = partial(ask_no_report_yet, today=today, actor=NIGHTLY)
    ask = partial(ask_for_report, today=today, actor=NIGHTLY)
    remind = partial(remind_of_report, today=today, actor=NIGHTLY)
    failed = _for_each(_as("project_id", go_on), resume)
    failed += _for_each(_as("project_id", ended), ask)
    return failed + _for_each(_as("report_id", owed), remind)


def _claw_backs(today: date) -> int:
    """Propose to take back what is hardly used; how many it failed for."""
    overtaken = ClawBack.objects.standing().filter(allocation__ends_on__lt=today).order_by("pk")
    seldom_used = allocations_to_look_at(today, timezone.now()).order_by("pk")
    close = partial(close_overtaken, actor=NIGHTLY)
    propose = partial(propose_claw_back, today=today, actor=NIGHTLY)
    failed = _for_each(_as("claw_back_id", overtaken.values_list("pk", flat=True)), close)
    keys = seldom_used.values_list("pk", flat=True)
    return failed + _for_each(_as("allocation_id", keys), propose)


def _retention(today: date) -> list[Callable[[], object]]:
    """What is to be made ahead for the next month, what may leave, what files wait for."""
    job_months, gpu_months = settings.JOB_MONTHS_KEPT, settings.GPU_MONTHS_KEPT
    return [
        partial(keep_months, today=today, months_kept=job_months, actor=NIGHTLY),
        partial(make_indexes, until=timezone.now()),
        partial(put_away_minutes, actor=NIGHTLY),
        partial(keep_gpu_months, today=today, months_kept=gpu_months, actor=NIGHTLY),
        partial(forget_waiting_gpus, actor=NIGHTLY),
        partial(forget_findings, actor=NIGHTLY),
        scan_again,
        check_again,
        partial(forget_mails, timezone.now()),
        remove_unclaimed,
    ]


def _failed(act: Callable[[], object]) -> int:
    """Do it; 1 where that failed."""
    try:
        act()
    except Exception:  # what else the night does must not wait for it
        log.exception("%s was left out tonight", act)
        return 1
    return 0


def _unanswered(today: date) -> Iterator[dict[str, int]]:
    """The applications whose applicant did not answer in time."""
    late = Application.objects.unanswered(today).order_by("pk")
    return _as("application_id", late.values_list("pk", flat=True))


def _offers(overdue_on: date | None) -> Iterator[dict[str, int]]:
    """The applications whose award nobody has answered; with a day, those overdue on it."""
    offers = AwardOffer.objects
    found = offers.unanswered() if overdue_on is None else offers.overdue(overdue_on)
    applications = Application.objects.filter(decision__offer__in=found)
    return _as("application_id", applications.order_by("pk").values_list("pk", flat=True))


def _as(name: str, keys: Iterable[int]) -> Iterator[dict[str, int]]:
    return ({name: key} for key in keys)


def _for_each(rows: Iterable[dict[str, int]], act: Callable[..., object]) -> int:
    """Act on each row; how many it failed for."""
    failed = 0
    for row in rows:
        try:
            act(**row)
        except Exception:  # the others must not wait for somebody to mend this one
            log.exception("%s was left out tonight", row)
            failed += 1
    return failed
