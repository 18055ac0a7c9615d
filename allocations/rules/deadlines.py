"""When a decision is due: which days count, when the clock starts, and when it stands still. Pure.

A day counts when it is one of the rule's days and the clock runs at its end. So a question that is
answered on the same day costs nothing, and one that takes two working days moves the date by two.
"""

import calendar
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from allocations.rules.calendar import is_working_day

BRUSSELS = ZoneInfo("Europe/Brussels")
AMBER_SHARE, RED_SHARE = 0.5, 0.8
MONTHS_A_YEAR = 12
_DAY = timedelta(days=1)


class DeadlineKind(TextChoices):
    """Which days count towards a decision, and from when."""

    WORKING_DAYS = "working_days", _("working days after it was handed in")
    CALENDAR_DAYS = "calendar_days", _("calendar days after it was handed in")
    AFTER_CUT_OFF = "after_cut_off", _("working days after the next cut-off")


class Signal(StrEnum):
    """How much of the time is gone."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    LATE = "late"


@dataclass(frozen=True)
class DeadlineRule:
    """A track's promise to decide in time."""

    kind: str
    days: int
    cut_off_days: tuple[int, ...] = ()
    """Days of the month; one that a month does not have is its last."""
    cut_off_time: time = time(10)
    """In Brussels."""


@dataclass(frozen=True)
class Pause:
    """The applicant owed information between these days; None while they still do."""

    asked_on: date
    answered_on: date | None

    def covers(self, day: date) -> bool:
        """Whether the clock stood still at the end of this day."""
        return self.asked_on <= day and (self.answered_on is None or day < self.answered_on)


@dataclass(frozen=True)
class Clock:
    """The time that staff have for one application."""

    rule: DeadlineRule
    submitted_at: datetime
    pauses: tuple[Pause, ...] = ()

    @property
    def starts_on(self) -> date:
        """The day from which days are counted; it does not count itself."""
        if self.rule.kind == DeadlineKind.AFTER_CUT_OFF:
            return next_cut_off(self.rule, self.submitted_at).astimezone(BRUSSELS).date()
        return self.submitted_at.astimezone(BRUSSELS).date()

    @property
    def is_paused(self) -> bool:
        """Whether the applicant owes an answer now."""
        return any(pause.answered_on is None for pause in self.pauses)

    @property
    def due_on(self) -> date | None:
        """The last day in time; None while the clock stands still."""
        return self._day_of(self.rule.days)

    @property
    def amber_on(self) -> date | None:
        """The day on which half of the time is gone."""
        return self._day_of(math.ceil(self.rule.days * AMBER_SHARE))

    @property
    def red_on(self) -> date | None:
        """The day on which four fifths of the time are gone."""
        return self._day_of(math.ceil(self.rule.days * RED_SHARE))

    def counts(self, day: date) -> bool:
        """Whether this day is taken off the time."""
        is_of_rule = self.rule.kind == DeadlineKind.CALENDAR_DAYS or is_working_day(day)
        return is_of_rule and not any(pause.covers(day) for pause in self.pauses)

    def _day_of(self, number: int) -> date | None:
        if self.is_paused:
            return None
        day = self.starts_on
        while number > 0:
            day += _DAY
            number -= self.counts(day)
        return day


def next_cut_off(rule: DeadlineRule, submitted_at: datetime) -> datetime:
    """The first cut-off at or after this moment."""
    return next(moment for moment in _cut_offs(rule, submitted_at) if moment >= submitted_at)


def signal_on(
    today: date, *, due_on: date, amber_on: date | None = None, red_on: date | None = None
) -> Signal:
    """What colour a decision has on a day."""
    if today > due_on:
        return Signal.LATE
    if today >= (red_on or due_on):
        return Signal.RED
    return Signal.AMBER if amber_on is not None and today >= amber_on else Signal.GREEN


def answer_due_on(asked_on: date, days: int) -> date:
    """The last day on which the applicant can answer; on the next the application is withdrawn."""
    return asked_on + timedelta(days=days)


def _cut_offs(rule: DeadlineRule, moment: datetime) -> Iterator[datetime]:
    """All cut-offs from the month of this moment on."""
    if not rule.cut_off_days:
        raise ValueError("a rule with cut-offs needs a day of the month")
    local = moment.astimezone(BRUSSELS)
    year, month = local.year, local.month
    while True:
        length = calendar.monthrange(year, month)[1]
        for day in sorted({min(day, length) for day in rule.cut_off_days}):
            cut_off = datetime.combine(date(year, month, day), rule.cut_off_time, tzinfo=BRUSSELS)
            yield cut_off.astimezone(UTC)
        year, month = (year, month + 1) if month < MONTHS_A_YEAR else (year + 1, 1)
