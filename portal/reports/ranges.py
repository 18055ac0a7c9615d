"""The time that a page is about, read from its address, so that a view can be shared."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFAULT_DAYS = 30
PRESETS = (7, 30, 90, 365)
# So many bars can be told apart, and so many rows be read.
MOST_POINTS = 92
LONGEST_DAYS = 366 * 10
# In SQL the first day of the bar that a day belongs to. Weeks are reckoned from a Monday before
# all days: with numbers that takes a third of the time that a calendar's function takes.
START_OF = {
    "day": "{day}",
    "week": "({day} - mod({day} - date '1900-01-01', 7))",
    "month": "date_trunc('month', ({day})::timestamp)::date",
}
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class TimeRange:
    """From one UTC day to another, both counted."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def starts_at(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time.min, UTC)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time.min, UTC)

    @cached_property
    def step(self) -> str:
        """What its charts show one bar for: `day`, `week` or `month`."""
        if self.days <= MOST_POINTS:
            return "day"
        return "week" if self.days <= 7 * MOST_POINTS else "month"

    def start_of(self, day: date) -> date:
        """The first day of the bar that a day belongs to; weeks begin on Monday."""
        if self.step == "day":
            return day
        if self.step == "week":
            return max(day - timedelta(days=day.weekday()), self.first)
        return max(day.replace(day=1), self.first)

    @cached_property
    def points(self) -> tuple[date, ...]:
        """The first day of each bar."""
        return tuple(dict.fromkeys(self.start_of(day) for day in self.each_day()))

    def each_day(self) -> Iterator[date]:
        """All its days."""
        return (self.first + timedelta(days=number) for number in range(self.days))


def last_days(days: int, today: date) -> TimeRange:
    """So many days, today the last of them."""
    return TimeRange(today - timedelta(days=days - 1), today)


def utc_today() -> date:
    """Today as Slurm's own reports count days."""
    return timezone.now().date()


def step_words(step: str) -> str | Promise:
    """What a table calls its first column."""
    return {"day": _("Day"), "week": _("Week from"), "month": _("Month from")}[step]


class RangeForm(forms.Form):
    """`range` is a number of days or `allocation`; `from` and `to` are days and win over it."""

    range = forms.CharField(required=False, max_length=20)
    first = forms.DateField(
        required=False, label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        required=False, label=_("To"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, query: QueryDict, *, allocation: TimeRange | None = None) -> None:
        super().__init__(query)
        self.allocation = allocation
        self.today = utc_today()

    def add_prefix(self, field_name: str) -> str:
        """The address says `from` and `to`, which are no names in Python."""
        return {"first": "from", "last": "to"}.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        """The range is a known one, ends after it starts, and is no longer than ten years."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        first, last = cleaned["first"], cleaned["last"]
        if first or last:
            for name in ("first", "last"):
                if cleaned[name] and not _EARLIEST <= cleaned[name] <= _LATEST:
                    self.add_error(name, _("Choose a day of this century or the next."))
                    return cleaned
            last = last or self.today
            first = first or last - timedelta(days=DEFAULT_DAYS - 1)
            if last < first:
                self.add_error("last", _("The last day is before the first."))
            elif (last - first).days >= LONGEST_DAYS:
                self.add_error("first", _("Choose ten years at the most."))
        elif not self._known(cleaned["range"]):
            self.add_error("range", _("There is no such range."))
        return cleaned

    def selected(self) -> TimeRange:
        """What was asked for; thirty days where that made no sense."""
        if not self.is_valid():
            return last_days(DEFAULT_DAYS, self.today)
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        if first or last:
            last = last or self.today
            return TimeRange(first or last - timedelta(days=DEFAULT_DAYS - 1), last)
        if self.cleaned_data["range"] == "allocation" and self.allocation:
            return self.allocation
        return last_days(int(self.cleaned_data["range"] or DEFAULT_DAYS), self.today)

    @property
    def chosen(self) -> str:
        """Which preset is shown; empty where days were given."""
        if not self.is_valid() or self.cleaned_data["first"] or self.cleaned_data["last"]:
            return ""
        return self.cleaned_data["range"] or str(DEFAULT_DAYS)

    @property
    def presets(self) -> list[tuple[str, str | Promise]]:
        """What can be chosen by one click."""
        words = {7: _("7 days"), 30: _("30 days"), 90: _("90 days"), 365: _("a year")}
        found: list[tuple[str, str | Promise]] = [(str(days), words[days]) for days in PRESETS]
        return [*found, ("allocation", _("this allocation"))] if self.allocation else found

    def _known(self, word: str) -> bool:
        return word in {"", *(value for value, _words in self.presets)}
