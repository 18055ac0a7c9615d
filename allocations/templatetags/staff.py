"""Words and badges of the staff's pages."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from allocations.actions.moments import moment as moment_of
from allocations.models import Application
from allocations.tables import badges, words
from allocations.tables.credits import verdict_in_words

register = template.Library()

register.filter("credit_verdict", verdict_in_words)
register.filter("outcome_badge", badges.outcome_badge)
register.filter("drift_badge", badges.drift_badge)
register.filter("finding_badge", badges.finding_badge)
register.filter("shown_hours", words.shown_hours)


@register.filter
def due_badge(application: Application) -> SafeString:
    """How far away a decision date is, from today in Brussels."""
    return badges.due_badge(application, timezone.localdate())


@register.filter
def ago(moment: datetime) -> str:
    """How long ago a moment was."""
    return words.words_for_ago(moment, timezone.now())


@register.filter
def moment(epoch: int) -> datetime:
    """A time as the sites tell it."""
    return moment_of(epoch)


@register.simple_tag
def sign_of(change: object) -> str:
    """What a change does to Slurm, as an icon: it adds, takes away or alters."""
    kind = str(getattr(change, "kind", "")).partition("_")[0]
    if kind in ("create", "add", "open", "resume"):
        return "plus-circle"
    takes_away = ("remove", "close", "suspend", "cancel")
    return "dash-circle" if kind in takes_away else "arrow-repeat"
