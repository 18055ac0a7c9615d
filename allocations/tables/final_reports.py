"""Final reports as a table."""

import django_tables2 as tables
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.lists import ListTable
from allocations.models import FinalReport
from allocations.tables.badges import report_badge
from allocations.tables.words import words_for_due


class FinalReportTable(ListTable):
    """One row a report, with when it is due and where it stands."""

    project = tables.Column(verbose_name=_("Project"), order_by=("project__name",))
    organisation = tables.Column(
        accessor="project__organisation",
        verbose_name=_("Organisation"),
        order_by=("project__organisation__name",),
    )
    due_on = tables.Column(verbose_name=_("Due"))
    state = tables.Column(verbose_name=_("State"))

    class Meta:
        order_by = ("due_on",)

    def render_project(self, record: FinalReport) -> SafeString:
        """The title as a link to the report, with the name in Slurm below."""
        return format_html(
            '<a class="fw-semibold" href="{}"><bdi>{}</bdi></a>'
            '<div class="small text-body-secondary font-monospace">{}</div>',
            record.get_absolute_url(),
            record.project.title,
            record.project.name,
        )

    def render_organisation(self, record: FinalReport) -> SafeString:
        """The organisation's name, kept apart from the text around it."""
        return format_html("<bdi>{}</bdi>", record.project.organisation.name)

    def render_due_on(self, record: FinalReport) -> SafeString:
        """The day, and how far away it is while nothing was handed in."""
        words = words_for_due(record.due_on, timezone.localdate()) if record.is_open else ""
        return format_html(
            '{}<div class="small text-body-secondary">{}</div>',
            date_format(record.due_on, "SHORT_DATE_FORMAT"),
            words,
        )

    def render_state(self, record: FinalReport) -> SafeString:
        """Where it stands."""
        return report_badge(record)
