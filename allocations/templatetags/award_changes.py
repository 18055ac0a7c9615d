"""Words and badges of changes that were asked for."""

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from allocations.models import AwardChange
from allocations.tables import award_changes as words
from allocations.tables import badges

register = template.Library()

register.filter("change_badge", badges.change_badge)
register.filter("words_for_change", words.words_for_change)


@register.filter
def change_due_badge(change: AwardChange) -> SafeString:
    """How far away its decision is, from today in Brussels."""
    return badges.days_badge(
        timezone.localdate(),
        due_on=change.due_on,
        amber_on=change.amber_on,
        red_on=change.red_on,
    )
