"""How figures and dates read in lists and on pages."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allocations.rules.units import SECONDS_AN_HOUR

_SHORTEST_SHOWN = 18  # a hundredth of an hour, rounded
_MINUTE, _HOUR, _DAY = 60, SECONDS_AN_HOUR, 86400


def shown_hours(seconds: int | None) -> str:
    """GPU-hours of GPU-seconds; None is “no data”, and a little is not nothing."""
    if seconds is None:
        return _("no data")
    if 0 < seconds < _SHORTEST_SHOWN:
        return _("under 0.01")
    hours = (Decimal(seconds) / _HOUR).quantize(Decimal("0.01"), ROUND_HALF_UP).normalize()
    return str(number_format(hours, force_grouping=True))


def words_for_ago(moment: datetime, now: datetime) -> str:
    """How long ago: “12 s ago”, “5 min ago”, “3 h ago”, “2 days ago”."""
    seconds = max(int((now - moment).total_seconds()), 0)
    if seconds < 2 * _MINUTE:
        return _("%(count)d s ago") % {"count": seconds}
    if seconds < 2 * _HOUR:
        return _("%(count)d min ago") % {"count": seconds // _MINUTE}
    if seconds < 2 * _DAY:
        return _("%(count)d h ago") % {"count": seconds // _HOUR}
    return _("%(count)d days ago") % {"count": seconds // _DAY}


def words_for_due(due: date, today: date) -> str:
    """How far away a decision date is: “due tomorrow”, “2 days late”."""
    days = (due - today).days
    if days == 0:
        return _("due today")
    if days == 1:
        return _("due tomorrow")
    if days > 0:
        return ngettext("due in %(days)d day", "due in %(days)d days", days) % {"days": days}
    return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
