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
from typing import Any, NamedTuple, overload

from django.db.models import QuerySet
from django.utils import timezone

from allocations.models import Allocation, LedgerEntry, Site, SiteStatus, Track
from allocations.states import AllocationState, allocation_state
from portal.reports.sums import Used, total_of, used_by_projects

SECONDS_A_MINUTE = 60


@dataclass(frozen=True)
class Period:
    """From one UTC day to another, both counted; None is open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Selection:
    """What a report is about."""

    period: Period = Period()
    site: Site | None = None
    track: Track | None = None


class Figures(NamedTuple):
    """What is added up of a project at a site; seconds are GPU-seconds, exactly as Slurm counts."""

    allocation: int
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

    def __init__(self, figures: Sequence[Figures]) -> None:
        self._figures = figures

    def __len__(self) -> int:
        return len(self._figures)

    @overload
    def __getitem__(self, place: int) -> ReportRow: ...
    @overload
    def __getitem__(self, place: slice) -> "ReportRows": ...
    def __getitem__(self, place: int | slice) -> "ReportRow | ReportRows":
        """A row; or some of them, of which nothing is read yet."""
        if isinstance(place, slice):
            return ReportRows(self._figures[place])
        return _read([self._figures[place]])[0]

    def __iter__(self) -> Iterator[ReportRow]:
        """All of them, in one query."""
        return iter(_read(self._figures))

    def sort(self, *, key: Callable[[ReportRow], Any]) -> None:
        """Put them in another order, for which all are read."""
        self._figures = [row.figures for row in sorted(self, key=key)]


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

    figures: Sequence[Figures]
    """One for each row."""
    read_until: dict[str, datetime | None]
    """For each site, up to when its accounting was read."""

    @property
    def rows(self) -> ReportRows:
        """By project and site."""
        return ReportRows(self.figures)

    @cached_property
    def by_site(self) -> list[Total]:
        """One sum a site."""
        return _totals(self.figures, attrgetter("site"))

    @cached_property
    def by_track(self) -> list[Total]:
        """One sum a track."""
        return _totals(self.figures, attrgetter("track"))


def usage_report(selection: Selection) -> Report:
    """The report, in a few queries whatever its length."""
    statuses = SiteStatus.objects.values_list("site__name", "accounting_until")
    read_until = dict.fromkeys(Site.objects.values_list("name", flat=True)) | dict(statuses)
    period = selection.period
    used = used_by_projects(period.first, period.last)
    ever = used if period == Period() else used_by_projects(None, None)
    granted = dict(_granted_minutes())
    figures = [
        _figures(found, granted.get(found[0], 0), used[found[1:3]], ever[found[1:3]], read_until)
        for found in _allocations(selection)
    ]
    if selection.site is not None:
        read_until = {selection.site.name: read_until[selection.site.name]}
    return Report(figures=figures, read_until=read_until)


def _granted_minutes() -> QuerySet[LedgerEntry, tuple[int, int]]:
    """The sum of each allocation's ledger."""
    entries = LedgerEntry.objects.order_by().values_list("allocation")
    return entries.annotate(total=total_of("gpu_minutes"))


def _allocations(selection: Selection) -> QuerySet[Allocation, Any]:
    """What is added up of each, by project and site."""
    found = Allocation.objects.order_by("project__name", "site__name")
    if selection.site is not None:
        found = found.filter(site=selection.site)
    if selection.track is not None:
        found = found.filter(project__track=selection.track)
    return found.values_list(
        "pk", "project_id", "site_id", "site__name", "project__track__name", "adopted_at"
    )


def _figures(
    found: tuple[Any, ...],
    granted_minutes: int,
    used: Used,
    ever: Used,
    read_until: Mapping[str, datetime | None],
) -> Figures:
    allocation, _project, _site, site, track, adopted_at = found
    granted_seconds = granted_minutes * SECONDS_A_MINUTE
    if read_until[site] is None:
        return Figures(allocation, site, track, granted_seconds, None, None, None)
    # An adopted account has no award, since the site limits it.
    is_awarded = adopted_at is None
    remaining = max(granted_seconds - ever.gpu_seconds, 0) if is_awarded else None
    return Figures(
        allocation, site, track, granted_seconds, used.gpu_seconds, remaining, used.jobs_ended
    )


_STATE_COLUMNS = (
    "ends_on", "is_offered", "adopted_at", "released_at", "suspended_because", "active_since",
)  # fmt: skip


def _read(figures: Sequence[Figures]) -> list[ReportRow]:
    """The rows of these figures, in their order."""
    today = timezone.localdate()
    wanted = Allocation.objects.filter(pk__in=[one.allocation for one in figures]).order_by()
    columns = ("project__name", "project__title", "project__organisation__name", "account_name")
    known = {row.pk: row for row in wanted.values_list("pk", *columns, *_STATE_COLUMNS, named=True)}
    return [_row(one, known[one.allocation], today) for one in figures if one.allocation in known]


def _row(figures: Figures, found: Any, today: date) -> ReportRow:
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
