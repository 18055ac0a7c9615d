"""Awarded projects as everybody finds them: a filter and a table."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.lists import ListTable, WordFilter
from allocations.models import Project, Site, Track
from allocations.rules.units import SECONDS_A_MINUTE
from allocations.tables.words import shown_hours


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


def _tracks(request: object) -> QuerySet[Track]:
    return Track.objects.published()


class AwardedFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Projects by words, track and site."""

    q = WordFilter(
        gettext_lazy("Title, abstract or organisation"),
        "title",
        "application__abstract",
        "organisation__name",
    )
    track = filters.ModelChoiceFilter(
        label=gettext_lazy("Track"),
        queryset=_tracks,
        to_field_name="code",
        empty_label=gettext_lazy("All"),
    )
    site = filters.ModelChoiceFilter(
        method="at_site",
        label=gettext_lazy("Site"),
        queryset=_sites,
        to_field_name="code",
        empty_label=gettext_lazy("All"),
    )

    def at_site(self, projects: QuerySet[Project], name: str, value: Site) -> QuerySet[Project]:
        """Those with hours there; of other sites their hours stay."""
        there = Project.objects.filter(allocations__site=value, allocations__adopted_at=None)
        return projects.filter(pk__in=there.values("pk"))


class AwardedTable(ListTable):
    """One row a project."""

    title = tables.Column(verbose_name=gettext_lazy("Project"), order_by=("title",))
    organisation = tables.Column(
        verbose_name=gettext_lazy("Organisation"), order_by=("organisation__name",)
    )
    track = tables.Column(verbose_name=gettext_lazy("Track"), order_by=("track__name",))
    hours = tables.Column(verbose_name=gettext_lazy("GPU-hours"), empty_values=(), orderable=False)
    begins_on = tables.Column(verbose_name=gettext_lazy("Period"))

    class Meta:
        order_by = ("-begins_on",)

    def render_title(self, record: Project) -> SafeString:
        """The title, and what it is about behind it."""
        return format_html(
            '<bdi class="fw-semibold">{}</bdi><details><summary>{}'
            '<span class="visually-hidden">: {}</span></summary>'
            '<p class="typed mb-0" dir="auto">{}</p></details>',
            record.title,
            _("What it is about"),
            record.title,
            record.application.abstract,
        )

    def render_organisation(self, record: Project) -> SafeString:
        """The organisation's name, kept apart from the text around it."""
        return format_html("<bdi>{}</bdi>", record.organisation.name)

    def render_hours(self, record: Any) -> SafeString:
        """What was granted at each site."""
        rows = (
            (allocation.site.name, shown_hours(allocation.listed_minutes * SECONDS_A_MINUTE))
            for allocation in record.listed_allocations
        )
        return format_html_join("", '<div class="figures">{}: {}</div>', rows)

    def render_begins_on(self, record: Any) -> str:
        """From the first to the last day."""
        return _("%(first)s to %(last)s") % {
            "first": date_format(record.begins_on, "SHORT_DATE_FORMAT"),
            "last": date_format(record.ends_on, "SHORT_DATE_FORMAT"),
        }
