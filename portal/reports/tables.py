"""The report as a table."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.lists import ListTable
from accounts.permissions import Permission
from allocations.stored_texts import in_readers_language
from allocations.tables.badges import allocation_badge
from allocations.tables.words import shown_hours
from portal.reports.queries import ReportRow

_FIGURES = {"td": {"class": "figures text-lg-end"}, "th": {"class": "text-lg-end"}}


class _HoursColumn(tables.Column):  # type: ignore[misc]  # django-tables2 ships no types
    """GPU-seconds as GPU-hours, with the exact seconds as a tooltip."""

    empty_values = ()

    def render(self, value: int | None) -> SafeString | str:
        """None is “no data”, never 0."""
        if value is None:
            return format_html('<em class="text-body-secondary">{}</em>', gettext("no data"))
        seconds = gettext("%(seconds)s GPU-seconds") % {"seconds": value}
        return format_html('<span title="{}">{}</span>', seconds, shown_hours(value))


class ReportTable(ListTable):
    """One row for each project and site, as they come: only those of a page are read."""

    project = tables.Column(verbose_name=_("Project"))
    site = tables.Column(accessor="figures__site", verbose_name=_("Site"))
    track = tables.Column(accessor="figures__track", verbose_name=_("Track"))
    granted_seconds = _HoursColumn(
        accessor="figures__granted_seconds", verbose_name=_("Granted"), attrs=_FIGURES
    )
    used_seconds = _HoursColumn(
        accessor="figures__used_seconds", verbose_name=_("Used"), attrs=_FIGURES
    )
    remaining_seconds = _HoursColumn(
        accessor="figures__remaining_seconds", verbose_name=_("Remaining"), attrs=_FIGURES
    )
    jobs = tables.Column(
        accessor="figures__jobs", verbose_name=_("Jobs"), attrs=_FIGURES, empty_values=()
    )
    ends_on = tables.Column(verbose_name=_("Last day"))
    state = tables.Column(verbose_name=_("State"))

    def render_project(self, record: ReportRow) -> SafeString:
        """The name, a link for who may open every project, with the organisation below."""
        reader = getattr(getattr(self, "request", None), "user", None)
        name: SafeString | str = record.project
        if reader is not None and reader.may(Permission.PROJECT_VIEW):
            name = format_html('<a href="{}">{}</a>', reverse("project", args=[name]), name)
        return format_html(
            '<span class="font-monospace">{}</span>'
            '<div class="small text-body-secondary"><bdi>{}</bdi></div>',
            name,
            record.organisation,
        )

    def render_track(self, value: str) -> str:
        """Its name in the reader's language; files have it as it is stored."""
        return in_readers_language(value)

    def render_jobs(self, value: int | None) -> SafeString | int:
        """None is “no data”, never 0."""
        if value is None:
            return format_html('<em class="text-body-secondary">{}</em>', gettext("no data"))
        return value

    def render_ends_on(self, record: ReportRow) -> str:
        """The last day of the allocation."""
        return date_format(record.ends_on, "SHORT_DATE_FORMAT")

    def render_state(self, record: ReportRow) -> SafeString:
        """The state as a badge."""
        return allocation_badge(record.state)
