"""How staff narrow down runs and projects by the GPU time that they left idle."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.lists import WordFilter
from allocations.models import DailyGpuUse, GpuRun, Site
from allocations.rules.units import SECONDS_AN_HOUR

DEFAULT_DAYS = 30
DEFAULT_IDLE_HOURS = 1
MOST_HOURS = 10**9
_DAY = {"type": "date"}


def with_defaults(query: QueryDict) -> QueryDict:
    """The query, with the last thirty days where no day was chosen."""
    filled = query.copy()
    if "since" not in filled and "until" not in filled:
        since = timezone.now().date() - timedelta(days=DEFAULT_DAYS)
        filled["since"] = since.isoformat()
    filled.setdefault("idle_hours", str(DEFAULT_IDLE_HOURS))
    return filled


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


def _day_field(label: Any) -> filters.DateFilter:
    widget = forms.DateInput(_DAY, format="%Y-%m-%d")
    return filters.DateFilter(label=label, method="by_day", widget=widget)


class WasteFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """What both lists share: words, a site, UTC days, and how much stood idle at least."""

    q = WordFilter(_("Project, user or job number"), "project__name", "project__title")
    site = filters.ModelChoiceFilter(
        label=_("Site"), queryset=_sites, to_field_name="code", empty_label=_("All")
    )
    since = _day_field(_("From"))
    until = _day_field(_("To"))
    idle_hours = filters.NumberFilter(
        label=_("Idle GPU-hours at least"),
        method="by_idle_hours",
        min_value=0,
        max_value=MOST_HOURS,
    )


class RunWasteFilter(WasteFilter):
    """Runs."""

    q = WordFilter(
        _("Project, user or job number"),
        "username",
        "project__name",
        "project__title",
        number="job_id",
    )
    mostly_idle = filters.ChoiceFilter(
        label=_("Idle for"),
        method="by_share",
        choices=(("50", _("half of their time or more")), ("90", _("nine tenths or more"))),
        empty_label=_("any share"),
    )

    def by_day(self, runs: QuerySet[GpuRun], name: str, day: date) -> QuerySet[GpuRun]:
        """Runs that were measured last on this day or later, or on it or earlier."""
        if name == "since":
            return runs.filter(last_sample_at__gte=datetime.combine(day, time.min, UTC))
        return runs.filter(last_sample_at__lte=datetime.combine(day, time.max, UTC))

    def by_idle_hours(self, runs: QuerySet[GpuRun], name: str, hours: Any) -> QuerySet[GpuRun]:
        """Runs whose GPUs stood idle for so many GPU-hours."""
        return runs.filter(idle_seconds__gte=float(hours) * SECONDS_AN_HOUR)

    def by_share(self, runs: QuerySet[GpuRun], name: str, percent: str) -> QuerySet[GpuRun]:
        """Runs whose GPUs stood idle for such a share of the measured time."""
        return runs.filter(idle_seconds__gte=F("measured_seconds") * (int(percent) / 100))


class ProjectWasteFilter(WasteFilter):
    """Projects, by the sums of their days."""

    def by_day(self, days: QuerySet[DailyGpuUse], name: str, day: date) -> QuerySet[DailyGpuUse]:
        """From this day on, or until it."""
        return days.filter(day__gte=day) if name == "since" else days.filter(day__lte=day)

    def by_idle_hours(
        self, days: QuerySet[DailyGpuUse], name: str, hours: Any
    ) -> QuerySet[DailyGpuUse]:
        """Sums of so many GPU-hours."""
        return days.filter(idle_sum__gte=float(hours) * SECONDS_AN_HOUR)  # type: ignore[misc]  # the view annotates it
