"""What projects were granted and used at each site, in a fixed number of queries.

Days are those of UTC, as Slurm's own reports count them. A site whose accounting was never read
has no figures at all: None, which is shown as “no data” and never as 0.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias, overload

from django.utils import timezone

from allocations.models import Allocation, Site
from allocations.states import AllocationState, allocation_state
from portal.reports.report_statements import figures_of, summed_up
from portal.reports.selection import Selection


class Figures(NamedTuple):
    """What is added up of a project at a site, or of several on one track at one site.

    Seconds are GPU-seconds, exactly as Slurm counts.
    """

    site: str
    track: str
    granted_seconds: int
    used_seconds: int | None
    """Inside the period."""
    remaining_seconds: int | None
    """Of the whole award, whatever the period."""
    jobs: int | None
    """That ended inside the period."""


@dataclass(frozen=True)
class ReportRow:
    """A project at a site, as people read of it."""

    figures: Figures
    project: str
    title: str
    organisation: str
    account: str
    """What the project is called in the site's Slurm."""
    ends_on: date
    state: AllocationState


class ReportRows(Sequence[ReportRow]):
    """Rows of which only those are read that are shown: a page is a slice."""

    def __init__(self, read: "_Reader", places: range) -> None:
        self._read, self._places = read, places
        self._sorted: list[ReportRow] | None = None

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> ReportRow: ...
    @overload
    def __getitem__(self, place: slice) -> "Sequence[ReportRow]": ...
    def __getitem__(self, place: int | slice) -> "ReportRow | Sequence[ReportRow]":
        """A row; or some that follow one another, of which nothing is read yet."""
        if self._sorted is not None:
            return self._sorted[place]
        if isinstance(place, slice):
            return ReportRows(self._read, self._places[place])
        return self._read(self._places[place : place + 1])[0]

    def __iter__(self) -> Iterator[ReportRow]:
        """All of them, in one query."""
        return iter(self._read(self._places) if self._sorted is None else self._sorted)

    def sort(self, *, key: Callable[[ReportRow], Any]) -> None:
        """Put them in another order, for which all are read."""
        self._sorted = sorted(self, key=key)


_Reader: TypeAlias = Callable[[range], list[ReportRow]]


@dataclass(frozen=True)
class Total:
    """The sum of some rows; `sites_without_data` names what is missing from it."""

    name: str
    granted_seconds: int
    used_seconds: int | None
    remaining_seconds: int | None
    jobs: int | None
    sites_without_data: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """The rows and their sums."""

    rows: ReportRows
    """By project and site."""
    figures: Sequence[Figures]
    """The sums of each track at each site."""
    read_until: dict[str, datetime | None]
    """For each site, up to when its accounting was read."""

    @cached_property
    def by_site(self) -> list[Total]:
        """One sum a site."""
        return _totals(self.figures, attrgetter("site"))

    @cached_property
    def by_track(self) -> list[Total]:
        """One sum a track."""
        return _totals(self.figures, attrgetter("track"))


def usage_report(selection: Selection) -> Report:
    """The report, in two queries and two for the rows that are read."""
    read_until = dict(Site.objects.values_list("name", "status__accounting_until"))
    sums = summed_up(selection)

    def read(places: range) -> list[ReportRow]:
        return _rows(selection, places, read_until)

    shown = read_until
    if selection.site is not None:
        shown = {selection.site.name: read_until[selection.site.name]}
    return Report(
        rows=ReportRows(read, range(sum(count for count, *_figures in sums))),
        figures=[_figures(found, read_until) for _count, *found in sums],
        read_until=shown,
    )


def _figures(found: Iterable[Any], read_until: Mapping[str, datetime | None]) -> Figures:
    """The figures, of which a site that was never read has what was granted alone."""
    figures = Figures(*found)
    if read_until[figures.site] is None:
        return figures._replace(used_seconds=None, remaining_seconds=None, jobs=None)
    return figures


_STATE_COLUMNS = (
    "ends_on", "is_offered", "adopted_at", "released_at", "suspended_because", "active_since",
)  # fmt: skip
_COLUMNS = (
    "pk", "project", "project__name", "project__title", "project__organisation__name",
    "account_name", *_STATE_COLUMNS,
)  # fmt: skip


def _rows(
    selection: Selection, places: range, read_until: Mapping[str, datetime | None]
) -> list[ReportRow]:
    """Those at these places, by project and site."""
    wanted = Allocation.objects.order_by("project__name", "site__name", "pk")
    if selection.site is not None:
        wanted = wanted.filter(site=selection.site)
    if selection.track is not None:
        wanted = wanted.filter(project__track=selection.track)
    found = list(wanted.values_list(*_COLUMNS, named=True)[places.start : places.stop])
    figures = figures_of(
        [row.pk for row in found],
        projects=list({row.project for row in found}),
        period=selection.period,
    )
    today = timezone.localdate()
    return [_row(row, _figures(figures[row.pk], read_until), today) for row in found]


def _row(found: Any, figures: Figures, today: date) -> ReportRow:
    return ReportRow(
        figures=figures,
        project=found.project__name,
        title=found.project__title,
        organisation=found.project__organisation__name,
        account=found.account_name,
        ends_on=found.ends_on,
        state=allocation_state(
            today=today, **{column: getattr(found, column) for column in _STATE_COLUMNS}
        ),
    )


def _totals(figures: Iterable[Figures], name: Callable[[Figures], str]) -> list[Total]:
    """One sum for each name, by name."""
    parts = defaultdict(list)
    for one in figures:
        parts[name(one)].append(one)
    return [_sum_up(part, parts[part]) for part in sorted(parts)]


def _sum_up(name: str, rows: Sequence[Figures]) -> Total:
    known = [row for row in rows if row.used_seconds is not None]
    missing = {row.site for row in rows if row.used_seconds is None}
    has_data = bool(known) or not rows
    return Total(
        name=name,
        granted_seconds=sum(row.granted_seconds for row in rows),
        used_seconds=sum(row.used_seconds or 0 for row in known) if has_data else None,
        remaining_seconds=sum(row.remaining_seconds or 0 for row in known) if has_data else None,
        jobs=sum(row.jobs or 0 for row in known) if has_data else None,
        sites_without_data=tuple(sorted(missing)),
    )
