"""Which part of the programme is looked at, and by what it is divided."""

from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Division(TextChoices):
    """By what figures are divided."""

    MONTH = "month", _("Month")
    SITE = "site", _("Site")
    TRACK = "track", _("Track")
    REGION = "region", _("Region")
    SECTOR = "sector", _("Sector")
    KIND = "kind", _("Type of organisation")


@dataclass(frozen=True)
class ProgrammeSelection:
    """Days from one to another, both counted; an empty word leaves nothing out."""

    first: date
    last: date
    site: str = ""
    track: str = ""
    region: str = ""
    kind: str = ""
    by: Division = Division.MONTH

    @property
    def is_of_sites_alone(self) -> bool:
        """Whether figures that sites have as a whole, such as occupancy, can be told."""
        return not (self.track or self.region or self.kind)
