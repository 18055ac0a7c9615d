"""What a report is about."""

from dataclasses import dataclass
from datetime import date

from allocations.models import Site, Track


@dataclass(frozen=True)
class Period:
    """From one UTC day to another, both counted; None is open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Selection:
    """A period, and perhaps one site and one track."""

    period: Period = Period()
    site: Site | None = None
    track: Track | None = None
