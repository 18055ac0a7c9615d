"""The use of a project, or of a site, beside what Slurm itself says of it, in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Aggregate, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from allocations.models import Allocation, CheckedTotal, Site, UsageDifference
from allocations.tables.words import shown_hours

Reason = UsageDifference.Reason

_SENTENCES: dict[str, str | Promise] = {
    Reason.ROLLUP_LATE: _(
        "Slurm has not added up its latest hours yet. Its records of the jobs agree with this page."
    ),
    Reason.ROLLUP_MISSED: _(
        "Slurm added up a day before all records of its jobs had come."
        " The records agree with this page."
    ),
    Reason.ASSOCIATION_DELETED: _(
        "Slurm's database has lost a user's part in the account, and its report leaves that use"
        " out. Its records of the jobs agree with this page."
    ),
    Reason.HOURS_SHIFTED: _(
        "The days of Slurm's report begin at another minute, since its database is in another"
        " time zone. Its records of the jobs agree with this page."
    ),
    Reason.RESERVATION: _(
        "Slurm's report adds time in which reserved nodes stood idle. No job used it, and it is"
        " not taken from the budget."
    ),
    Reason.SUSPENSION_SPREAD: _(
        "A job was suspended and ran over midnight: its CPU time is split otherwise between the"
        " days."
    ),
    Reason.SUMS_STALE: _(
        "Slurm's sums still hold time that its records of the jobs no longer have."
        " The records agree with this page."
    ),
    Reason.ROW_REFUSED: _("Slurm has a record of a job that cannot be understood."),
    Reason.RECORDS_DIFFER: _(
        "The portal does not have all that Slurm's records say. The site tries again each night."
    ),
    Reason.UNEXPLAINED: _("Nobody knows why yet. Staff have been told."),
}


@dataclass(frozen=True)
class CheckedSum:
    """All projects of a site together, as the portal and as Slurm count them."""

    portal_gpu_seconds: int
    portal_cpu_seconds: int
    slurm_gpu_seconds: int
    slurm_cpu_seconds: int
    checked_at: datetime
    until_day: date

    @property
    def is_equal(self) -> bool:
        """Whether both count the same, to the second."""
        ours = (self.portal_gpu_seconds, self.portal_cpu_seconds)
        return ours == (self.slurm_gpu_seconds, self.slurm_cpu_seconds)


@dataclass(frozen=True)
class Checked:
    """A project at a site, or a site: both figures, when they were compared, why they differ."""

    total: CheckedTotal | CheckedSum
    reasons: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether neither the sums nor any day differ."""
        return self.total.is_equal and not self.reasons

    @property
    def same_gpu_seconds(self) -> bool:
        """Whether at least the sums of GPU time are equal."""
        return self.total.portal_gpu_seconds == self.total.slurm_gpu_seconds

    @property
    def portal_hours(self) -> str:
        """GPU-hours as the portal counts them."""
        return shown_hours(self.total.portal_gpu_seconds)

    @property
    def slurm_hours(self) -> str:
        """GPU-hours as Slurm's report has them."""
        return shown_hours(self.total.slurm_gpu_seconds)

    @property
    def difference(self) -> str:
        """By how many GPU-hours they differ, without a sign."""
        return shown_hours(abs(self.total.portal_gpu_seconds - self.total.slurm_gpu_seconds))

    @property
    def moment_in_words(self) -> str:
        """When that was: a time today, else a day and a time."""
        return _moment(self.total.checked_at)

    @property
    def sentences(self) -> list[str]:
        """Why they differ; empty where they do not."""
        if self.is_equal:
            return []
        found = [str(_SENTENCES[reason]) for reason in self.reasons]
        return found or [
            gettext("The days that differ lie further back; each night looks for more.")
        ]


def checked_figures(allocations: Iterable[Allocation]) -> dict[int, Checked]:
    """What the last check said of each of these; those that were never checked are left out."""
    totals = {
        allocation.pk: allocation.checked_total
        for allocation in allocations
        if hasattr(allocation, "checked_total")
    }
    reasons: dict[int, list[str]] = {}
    remaining = UsageDifference.objects.remaining().filter(allocation__in=totals)
    for allocation_id, reason in (
        remaining.order_by("reason").values_list("allocation_id", "reason").distinct()
    ):
        reasons.setdefault(allocation_id, []).append(reason)
    return {pk: Checked(total, reasons.get(pk, [])) for pk, total in totals.items()}


def with_checks(sites: QuerySet[Site]) -> QuerySet[Site]:
    """Sites with all that `checked_of` tells of them."""
    here = {"allocation__site": OuterRef("pk")}
    remaining = UsageDifference.objects.remaining().filter(**here)
    reasons = ArraySubquery(remaining.order_by("reason").values("reason").distinct())
    # All sums of a site in one value, since it would be joined with each of its allocations else.
    current = CheckedTotal.objects.filter(allocation__released_at=None, **here)
    sums = JSONObject(**{name: together(name) for name, together in _TOGETHER.items()})
    together = current.order_by().values("allocation__site").annotate(sums=sums).values("sums")
    return sites.annotate(checked_sums=Subquery(together), differing_because=reasons)


def checked_of(site: Site) -> Checked | None:
    """What the last check said of one of the sites `with_checks`; None if it was never checked."""
    found: dict[str, Any] | None = site.checked_sums  # type: ignore[attr-defined]  # annotated
    if found is None:
        return None
    moment = datetime.fromisoformat(found["checked_at"])
    day = date.fromisoformat(found["until_day"])
    total = CheckedSum(**found | {"checked_at": moment, "until_day": day})
    return Checked(total, list(site.differing_because))  # type: ignore[attr-defined]  # annotated


_TOGETHER: dict[str, type[Aggregate]] = {
    "checked_at": Max,
    "until_day": Max,
    "portal_gpu_seconds": Sum,
    "portal_cpu_seconds": Sum,
    "slurm_gpu_seconds": Sum,
    "slurm_cpu_seconds": Sum,
}


def _moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return date_format(local, "TIME_FORMAT")
    return date_format(local, "SHORT_DATETIME_FORMAT")
