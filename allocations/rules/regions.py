"""The region of a Belgian seat, by its postcode. Pure."""

import re

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Region(TextChoices):
    """Where an organisation has its seat."""

    BRUSSELS = "brussels", _("Brussels")
    FLANDERS = "flanders", _("Flanders")
    WALLONIA = "wallonia", _("Wallonia")
    ABROAD = "abroad", _("Outside Belgium, or unknown")


# First and last postcode of each span; what is in none of them is Wallonia.
SPANS = (
    (1000, 1299, Region.BRUSSELS),
    (1500, 3999, Region.FLANDERS),
    (8000, 9999, Region.FLANDERS),
)
POSTCODE = r"^[1-9][0-9]{3}$"


def region_of(postcode: str) -> Region:
    """The region in which a postcode lies; four digits are Belgian."""
    if not re.match(POSTCODE, postcode, re.ASCII) or "\n" in postcode:
        return Region.ABROAD
    number = int(postcode)
    found = (region for first, last, region in SPANS if first <= number <= last)
    return next(found, Region.WALLONIA)
