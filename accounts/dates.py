"""Dates for which no language of Django has a format: with the day of the week, or with seconds."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import pgettext_lazy

_FORMATS = {
    "weekday": pgettext_lazy("date format", "l j F Y"),
    "weekday this year": pgettext_lazy("date format", "l j F"),
    "short weekday": pgettext_lazy("date format", "D j M"),
    "second": pgettext_lazy("date format", "j M Y H:i:s"),
    "minute this year": pgettext_lazy("date format", "j M H:i"),
}


def dated(moment: date | None, form: str) -> str:
    """A day, or a moment in the zone that it bears, in one of these forms; nothing for None."""
    return date_format(moment, str(_FORMATS[form])) if moment else ""
