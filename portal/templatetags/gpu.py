"""Figures of GPUs in words; what is unknown is “no data”, never 0."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()

ALL = 0.995
GRAMS_A_KG = 1000
BYTES_A_GIB = 2**30


@register.filter
def share(part: float | None) -> str:
    """A part of 1 in whole percents; a little is not nothing, and nearly all is not all."""
    if part is None:
        return _("no data")
    percent = 100 * part
    if 0 < percent < 1:
        return _("under 1 %")
    return _("%(percent)d %%") % {"percent": percent}


@register.filter
def kwh(energy: float | None) -> str:
    """Electricity with three digits that count."""
    return _("no data") if energy is None else f"{_digits(energy)} kWh"


@register.filter
def co2e(grams: float | None) -> str:
    """Grams, or kilograms where they are many."""
    if grams is None:
        return _("no data")
    if grams >= GRAMS_A_KG:
        return f"{_digits(grams / GRAMS_A_KG)} kg"
    return f"{_digits(grams)} g"


@register.filter
def gibibytes(count: int | None) -> str:
    """Memory in GiB."""
    return _("no data") if count is None else f"{number_format(count / BYTES_A_GIB, 1)} GiB"


@register.filter
def coverage_words(coverage: float | None) -> str:
    """How much of the GPU time is known, said plainly."""
    if coverage is None:
        return _("How much of its GPU time was observed cannot be said.")
    if coverage >= ALL:
        return _("All of its GPU time was observed.")
    return _("%(percent)d %% of its GPU time was observed; of the rest there is no data.") % {
        "percent": 100 * coverage
    }


def _digits(figure: float) -> str:
    decimals = next((places for places, least in ((0, 100), (1, 10), (2, 1)) if figure >= least), 3)
    return str(number_format(figure, decimals, force_grouping=True))
