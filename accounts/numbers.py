"""Numbers in the reader's language."""

from django.utils.formats import number_format


def grouped(number: float, decimals: int = 0) -> str:
    """A number rounded to so many decimals, its thousands apart."""
    return str(number_format(round(number, decimals or None), decimals, force_grouping=True))
