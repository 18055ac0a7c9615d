"""Proposals to take hours back as a table."""

import django_tables2 as tables
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.lists import ListTable
from allocations.models import ClawBack
from allocations.rules.units import SECONDS_A_MINUTE
from allocations.tables.badges import claw_back_badge
from allocations.tables.words import shown_hours

_FIGURES = {"td": {"class": "figures"}}


class ClawBackTable(ListTable):
    """One row a proposal: used, expected and proposed hours, as they were when it was made."""

    project = tables.Column(accessor="allocation__project", order_by=("allocation__project__name",))
    site = tables.Column(accessor="allocation__site__name", verbose_name=gettext_lazy("Site"))
    used_minutes = tables.Column(verbose_name=gettext_lazy("Used"), attrs=_FIGURES)
    expected_minutes = tables.Column(verbose_name=gettext_lazy("At an even pace"), attrs=_FIGURES)
    proposed_minutes = tables.Column(
        verbose_name=gettext_lazy("Proposed to take back"), attrs=_FIGURES
    )
    answer_due_on = tables.Column(verbose_name=gettext_lazy("Answer due"))
    state = tables.Column(verbose_name=gettext_lazy("State"))

    class Meta:
        order_by = ("answer_due_on",)

    def render_project(self, record: ClawBack) -> SafeString:
        """The title as a link to the proposal, with the name in Slurm below."""
        project = record.allocation.project
        return format_html(
            '<a class="fw-semibold" href="{}"><bdi>{}</bdi></a>'
            '<div class="small text-body-secondary font-monospace">{}</div>',
            record.get_absolute_url(),
            project.title,
            project.name,
        )

    def render_used_minutes(self, record: ClawBack) -> str:
        """Of how many."""
        return _("%(used)s of %(granted)s GPU-hours") % {
            "used": shown_hours(record.used_minutes * SECONDS_A_MINUTE),
            "granted": shown_hours(record.granted_minutes * SECONDS_A_MINUTE),
        }

    def render_expected_minutes(self, value: int) -> str:
        """In GPU-hours."""
        return shown_hours(value * SECONDS_A_MINUTE)

    def render_proposed_minutes(self, value: int) -> str:
        """In GPU-hours."""
        return shown_hours(value * SECONDS_A_MINUTE)

    def render_answer_due_on(self, record: ClawBack) -> str:
        """The day, or that there is an answer."""
        if record.answered_at is not None:
            return _("answered")
        return date_format(record.answer_due_on, "SHORT_DATE_FORMAT")

    def render_state(self, record: ClawBack) -> SafeString:
        """What became of it."""
        return claw_back_badge(record.state)
