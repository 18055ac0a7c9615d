"""All projects as a table."""

import django_tables2 as tables
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.lists import ListTable
from allocations.models import Allocation, Project
from allocations.site_overview import has_accounting
from allocations.tables.badges import allocation_badge
from allocations.tables.words import shown_hours


class ProjectsTable(ListTable):
    """One row a project, with what it has at each site."""

    name = tables.Column(verbose_name=_("Project"))
    organisation = tables.Column(verbose_name=_("Organisation"), order_by=("organisation__name",))
    track = tables.Column(verbose_name=_("Track"), order_by=("track__name",))
    sites = tables.Column(verbose_name=_("At the sites"), empty_values=(), orderable=False)
    ends_on = tables.Column(verbose_name=_("Last day"))
    created_at = tables.Column(verbose_name=_("Awarded"))

    class Meta:
        order_by = ("-created_at",)

    def render_name(self, record: Project) -> SafeString:
        """The title as a link to the project's page, with its name in Slurm below."""
        return format_html(
            '<a class="fw-semibold" href="{}"><bdi>{}</bdi></a>'
            '<div class="small text-body-secondary font-monospace">{}</div>',
            record.get_absolute_url(),
            record.title,
            record.name,
        )

    def render_organisation(self, record: Project) -> SafeString:
        """The organisation's name, kept apart from the text around it."""
        return format_html("<bdi>{}</bdi>", record.organisation.name)

    def render_sites(self, record: Project) -> SafeString:
        """For each site its state and how much of the award is used."""
        return format_html_join("", "{}", ((_at_site(item),) for item in record.allocations.all()))

    def render_ends_on(self, record: Project) -> str:
        """The last day of its longest allocation."""
        ends_on = record.ends_on  # type: ignore[attr-defined]  # annotated by the view's queryset
        return date_format(ends_on, "SHORT_DATE_FORMAT") if ends_on else "—"

    def render_created_at(self, record: Project) -> str:
        """The day of the award."""
        return date_format(record.created_at, "SHORT_DATE_FORMAT")


def _at_site(allocation: Allocation) -> SafeString:
    words, bar = _use_of(allocation)
    return format_html(
        '<div class="at-site"><span class="fw-semibold">{}</span> {}{}'
        '<div class="small text-body-secondary figures">{}</div></div>',
        allocation.site.name,
        allocation_badge(allocation.state),
        bar,
        words,
    )


def _use_of(allocation: Allocation) -> tuple[str, SafeString | str]:
    """How much is used, in words and as a bar; no bar where the site never sent its accounting."""
    used, granted = allocation.used_seconds, allocation.granted_minutes * 60
    if not has_accounting(allocation.site):
        words = gettext("%(granted)s GPU-hours granted; used: no data")
        return words % {"granted": shown_hours(granted)}, ""
    if allocation.adopted_at is not None:
        return gettext("%(used)s GPU-hours used") % {"used": shown_hours(used)}, ""
    words = gettext("%(used)s of %(granted)s GPU-hours used") % {
        "used": shown_hours(used),
        "granted": shown_hours(granted),
    }
    bar = format_html(
        '<progress value="{}" max="{}" aria-label="{}"></progress>',
        min(used, granted),
        max(granted, 1),
        words,
    )
    return words, bar
