"""What projects were granted and used at each site, in a fixed number of queries.

Days are those of UTC, as Slurm's own reports count them. A site whose accounting was never read
has no figures at all: None, which is shown as “no data” and never as 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet, Sum
from django.utils import timezone

from allocations.models import Allocation, LedgerEntry, Site, SiteStatus, Track
from allocations.states import AllocationState, allocation_state
from portal.reports.sums import Used, used_by_projects

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


class ReportRow(NamedTuple):
    """A project at a site; seconds are GPU-seconds, exactly as Slurm counts them."""

    project: str
    title: str
    organisation: str
    track: str
    site: str
    account: str
    """What the project is called in the site's Slurm."""
    granted_seconds: int
    used_seconds: int | None
    """Inside the period."""
    remaining_seconds: int | None
    """Of the whole award, whatever the period."""
    jobs: int | None
    """That ended inside the period."""
    ends_on: date
    state: AllocationState


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

    rows: Sequence[ReportRow]
    read_until: dict[str, datetime | None]
    """For each site, up to when its accounting was read."""

    @cached_property
    def by_site(self) -> list[Total]:
        """One sum a site."""
        return [self._total(name, "site") for name in sorted({row.site for row in self.rows})]

    @cached_property
    def by_track(self) -> list[Total]:
        """One sum a track."""
        return [self._total(name, "track") for name in sorted({row.track for row in self.rows})]

    def _total(self, name: str, column: str) -> Total:
        return _sum_up(name, [row for row in self.rows if getattr(row, column) == name])


def usage_report(selection: Selection) -> Report:
    """The report, in a few queries whatever its length."""
    statuses = SiteStatus.objects.values_list("site__name", "accounting_until")
    read_until = dict.fromkeys(Site.objects.values_list("name", flat=True)) | dict(statuses)
    period = selection.period
    used = used_by_projects(period.first, period.last)
    ever = used if period == Period() else used_by_projects(None, None)
    granted = dict(_granted_minutes())
    today = timezone.localdate()
    rows = [
        _row(
            found,
            today=today,
            granted_minutes=granted.get(found.pk, 0),
            used=used[found.project_id, found.site_id],
            ever=ever[found.project_id, found.site_id],
            has_data=read_until[found.site__name] is not None,
        )
        for found in _allocations(selection)
    ]
    if selection.site is not None:
        read_until = {selection.site.name: read_until[selection.site.name]}
    return Report(rows=rows, read_until=read_until)


def _granted_minutes() -> QuerySet[LedgerEntry, tuple[int, int]]:
    """The sum of each allocation's ledger."""
    entries = LedgerEntry.objects.order_by().values_list("allocation")
    return entries.annotate(total=Sum("gpu_minutes"))


def _allocations(selection: Selection) -> QuerySet[Allocation, Any]:
    """What rows are made of, by project and site; thousands of objects would take long to make."""
    found = Allocation.objects.order_by("project__name", "site__name")
    if selection.site is not None:
        found = found.filter(site=selection.site)
    if selection.track is not None:
        found = found.filter(project__track=selection.track)
    return found.values_list(*_COLUMNS, named=True)


_STATE_COLUMNS = (
    "ends_on", "is_offered", "adopted_at", "released_at", "suspended_because", "active_since",
)  # fmt: skip
_COLUMNS = (
    "pk", "project_id", "site_id", "project__name", "project__title",
    "project__organisation__name", "project__track__name", "site__name", "account_name",
    *_STATE_COLUMNS,
)  # fmt: skip


def _row(
    found: Any, *, today: date, granted_minutes: int, used: Used, ever: Used, has_data: bool
) -> ReportRow:
    granted = granted_minutes * SECONDS_A_MINUTE
    # An adopted account has no award, since the site limits it.
    is_known = has_data and found.adopted_at is None
    return ReportRow(
        project=found.project__name,
        title=found.project__title,
        organisation=found.project__organisation__name,
        track=found.project__track__name,
        site=found.site__name,
        account=found.account_name,
        granted_seconds=granted,
        used_seconds=used.gpu_seconds if has_data else None,
        remaining_seconds=max(granted - ever.gpu_seconds, 0) if is_known else None,
        jobs=used.jobs_ended if has_data else None,
        ends_on=found.ends_on,
        state=allocation_state(
            today=today, **{column: getattr(found, column) for column in _STATE_COLUMNS}
        ),
    )


def _sum_up(name: str, rows: Iterable[ReportRow]) -> Total:
    rows = list(rows)
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
