"""Filters that pages and mails share: figures in GPU-hours, states, text on one line."""

from django import template

from allocations.rules.text import one_line as text_on_one_line
from allocations.tables import badges
from allocations.tables.gpu_waste import shown_percent
from allocations.tables.jobs import exact_hours, job_state
from allocations.tables.words import shown_hours

register = template.Library()

register.filter("application_badge", badges.application_badge)
register.filter("allocation_badge", badges.allocation_badge)
register.filter("report_badge", badges.report_badge)
register.filter("claw_back_badge", badges.claw_back_badge)


@register.filter
def hours_of_minutes(minutes: int | None) -> str:
    """GPU-minutes as GPU-hours: 90 → 1.5, 60,000 → 1,000."""
    return shown_hours(None if minutes is None else minutes * 60)


@register.filter
def hours_of_seconds(seconds: int | None) -> str:
    """GPU-seconds as GPU-hours."""
    return shown_hours(seconds)


register.filter("exact_hours", exact_hours)
register.filter("job_state", job_state)
register.filter("share_percent", shown_percent)


@register.filter
def absolute(number: int) -> int:
    """The number without its sign."""
    return abs(number)


@register.filter
def one_line(text: object) -> str:
    """What somebody typed, on one line and without invisible characters."""
    return text_on_one_line(str(text))
