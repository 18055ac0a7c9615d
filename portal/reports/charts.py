"""What a chart shows, as values: pages, files and reports draw the same numbers from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from django.utils.formats import date_format
from django.utils.translation import get_language

Figure: TypeAlias = float | None
"""A number to draw; None is “no data”, which leaves a gap and is never 0."""

Point: TypeAlias = date | str
"""What figures belong to: a day, or the name of something."""


class Form(StrEnum):
    """How the figures of a series are drawn."""

    BAR = "bar"
    LINE = "line"
    DASHES = "dashes"
    """A line that is not known but expected, such as a forecast."""


@dataclass(frozen=True)
class Series:
    """Figures of one thing, one for each point of its chart."""

    name: str
    figures: tuple[Figure, ...]
    form: Form = Form.BAR
    stack: str = ""
    """Series with the same word here lie on one another."""
    colour: int | None = None
    """A place in the palette, so that a site looks the same in each chart; None is the next."""


@dataclass(frozen=True)
class Band:
    """A range between two lines of a chart, by their names."""

    low: str
    high: str


@dataclass(frozen=True)
class Mark:
    """A point that a chart points out, such as today."""

    point: Point
    label: str


@dataclass(frozen=True)
class Chart:
    """Series over the same points, with all that somebody needs who cannot see them."""

    key: str
    """Names it on its page and in addresses: letters, digits and dashes."""
    title: str
    summary: str
    """What it shows, in a sentence or two."""
    heading: str
    """What its points are: “Day”, “Track”."""
    points: tuple[Point, ...]
    series: tuple[Series, ...]
    unit: str
    decimals: int = 1
    is_lying: bool = False
    """Whether its bars lie, which leaves room for long names."""
    bands: tuple[Band, ...] = ()
    mark: Mark | None = None
    csv_url: str = ""
    table: "Chart | None" = None
    """What its table shows where that has fewer rows; its summary says what they are."""

    def __post_init__(self) -> None:
        for series in self.series:
            if len(series.figures) != len(self.points):
                raise ValueError(
                    f"{self.key}: {series.name} has {len(series.figures)} figures"
                    f" for {len(self.points)} points"
                )

    @property
    def has_data(self) -> bool:
        """Whether there is anything to draw."""
        return any(figure is not None for series in self.series for figure in series.figures)

    @property
    def labels(self) -> list[str]:
        """The points as people read them."""
        return [shown_point(point) for point in self.points]


def shown_point(point: Point) -> str:
    """A day in the reader's language, or the name as it is."""
    return _shown_day(point, get_language()) if isinstance(point, date) else point


@lru_cache(maxsize=4096)
def _shown_day(day: date, _language: str | None) -> str:
    """Charts of a page share their days, each of which takes as long to write as a row of SQL."""
    return date_format(day, "SHORT_DATE_FORMAT")


def figures_at(points: Sequence[Point], known: Mapping[Point, float]) -> tuple[Figure, ...]:
    """The known figure of each point; None where there is none."""
    return tuple(known.get(point) for point in points)
