"""Amounts of money in templates."""

from django import template
from django.utils.formats import number_format

from allocations.rules.aid import CENTS_A_EURO

register = template.Library()


@register.filter
def euros(cents: int | None) -> str:
    """Cents as euros, in the reader's notation; None is a dash."""
    return "–" if cents is None else number_format(cents / CENTS_A_EURO, 2, force_grouping=True)
