"""Changes of an award that somebody asks for: kinds, states, days. Pure."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from allocations.rules.calendar import add_working_days
from allocations.rules.deadlines import AMBER_SHARE, RED_SHARE

APPEAL_DAYS = 30


class ChangeKind(TextChoices):
    """What is asked for."""

    EXTENSION = "extension", _("Extension")
    SUPPLEMENT = "supplement", _("Supplement")
    TRANSFER = "transfer", _("Transfer to another site")
    PAUSE = "pause", _("Pause")
    RESUMPTION = "resumption", _("Resumption")
    LEADER = "leader", _("Another leader")
    APPEAL = "appeal", _("Appeal")


class ChangeState(TextChoices):
    """Where it stands."""

    WAITING = "waiting", _("Waits for staff")
    SECONDED = "seconded", _("Waits for a second person")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN_CHANGES = (ChangeState.WAITING, ChangeState.SECONDED)
OF_NO_SITE = (ChangeKind.LEADER, ChangeKind.APPEAL)


def kinds_that_fit(*, is_over: bool, is_paused: bool, can_move: bool) -> frozenset[ChangeKind]:
    """What can be asked for at a site where a project stands so; some are about no site."""
    if is_over:
        return frozenset({ChangeKind.EXTENSION})
    fit = {
        ChangeKind.EXTENSION,
        ChangeKind.SUPPLEMENT,
        ChangeKind.RESUMPTION if is_paused else ChangeKind.PAUSE,
    }
    return frozenset(fit | {ChangeKind.TRANSFER} if can_move else fit)


@dataclass(frozen=True)
class ChangeDates:
    """By when it is decided, and when it turns amber and red."""

    due_on: date
    amber_on: date
    red_on: date


def change_dates(asked_on: date, working_days: int) -> ChangeDates:
    """So many working days after it was asked for."""
    return ChangeDates(
        due_on=add_working_days(asked_on, working_days),
        amber_on=add_working_days(asked_on, math.ceil(working_days * AMBER_SHARE)),
        red_on=add_working_days(asked_on, math.ceil(working_days * RED_SHARE)),
    )


def appeal_until(decided_on: date) -> date:
    """The last day on which a decision can be appealed against."""
    return decided_on + timedelta(APPEAL_DAYS)
