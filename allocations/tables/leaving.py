"""Removals that wait for jobs, as a table."""

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.lists import ListTable
from allocations.models import LeavingMember
from allocations.tables.words import words_for_ago


class LeavingTable(ListTable):
    """One row a removal that waits, with how many jobs it waits for and how old that is."""

    username = tables.Column(verbose_name=_("Member"))
    project = tables.Column(accessor="allocation__project", order_by=("allocation__account_name",))
    site = tables.Column(accessor="allocation__site__name", verbose_name=_("Site"))
    jobs_in_all = tables.Column(verbose_name=_("Jobs"), attrs={"td": {"class": "figures"}})
    waiting_since = tables.DateTimeColumn(
        format="SHORT_DATETIME_FORMAT", verbose_name=_("Waiting since")
    )
    read_at = tables.Column(verbose_name=_("As of"))

    class Meta:
        order_by = ("waiting_since",)
        empty_text = _("No removal waits for jobs.")

    def render_username(self, record: LeavingMember) -> SafeString:
        """Who it is, and the way to their jobs."""
        return format_html(
            '<a class="fw-semibold" href="{}"><bdi>{}</bdi></a>'
            '<div class="small"><code>{}</code></div>',
            record.get_absolute_url(),
            str(record),
            record.username,
        )

    def render_project(self, record: LeavingMember) -> SafeString:
        """The project, with the account below."""
        project = record.allocation.project
        return format_html(
            '<a href="{}"><bdi>{}</bdi></a><div class="small"><code>{}</code></div>',
            project.get_absolute_url(),
            project.title,
            record.allocation.account_name,
        )

    def render_read_at(self, record: LeavingMember) -> str:
        """How old the list of jobs is."""
        return words_for_ago(record.read_at, timezone.now())
