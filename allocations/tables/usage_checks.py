"""Differences between the portal's use and Slurm's, as a table."""

from datetime import date, datetime

import django_tables2 as tables
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.lists import ListTable
from accounts.numbers import grouped
from allocations.models import UsageDifference
from allocations.tables.badges import difference_badge


class UsageDifferenceTable(ListTable):
    """One row a user's day in a project: what each source says, why, and whether it remains."""

    day = tables.Column(verbose_name=_("Day (UTC)"))
    username = tables.Column(
        verbose_name=_("Project and user"), order_by=("allocation__project__name", "username")
    )
    site = tables.Column(
        accessor="allocation__site__name", verbose_name=_("Site"), order_by=("allocation__site",)
    )
    figures = tables.Column(
        verbose_name=_("Portal, report and records"), empty_values=(), orderable=False
    )
    reason = tables.Column(verbose_name=_("Why"))
    seen_at = tables.Column(verbose_name=_("State"))

    class Meta:
        order_by = ("-day",)

    def render_day(self, value: date) -> str:
        """The day."""
        return date_format(value, "SHORT_DATE_FORMAT")

    def render_username(self, record: UsageDifference) -> SafeString:
        """The project with the user below."""
        project = record.allocation.project
        return format_html(
            '<a href="{}"><bdi>{}</bdi></a> <code>{}</code><div class="small"><bdi>{}</bdi></div>',
            project.get_absolute_url(),
            project.title,
            record.allocation.account_name,
            record.username,
        )

    def render_figures(self, record: UsageDifference) -> SafeString:
        """Seconds by all three, of GPUs and CPUs where these differ."""
        return format_html(
            '<dl class="sources">{}</dl>',
            format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", _figures(record)),
        )

    def render_reason(self, record: UsageDifference) -> SafeString:
        """The reason, with the figure that belongs to it."""
        return format_html(
            '{}<div class="small text-body-secondary">{}</div>',
            record.get_reason_display(),
            record.detail,
        )

    def render_seen_at(self, record: UsageDifference) -> SafeString:
        """Whether it remains, and when it was seen last."""
        words = (
            gettext("found %(moment)s")
            if record.resolved_at is None
            else gettext("since %(moment)s")
        )
        moment = record.resolved_at or record.found_at
        return format_html(
            '{}<div class="small text-body-secondary">{}</div>',
            difference_badge(is_resolved=record.resolved_at is not None),
            words % {"moment": _moment(moment)},
        )


def _figures(record: UsageDifference) -> list[tuple[str, str]]:
    sources = (("portal", gettext("Portal")), ("slurm", "sreport"), ("records", "sacct"))
    units = (("gpu", gettext("GPU s")), ("cpu", gettext("CPU s")))
    shown = []
    for unit, word in units:
        counts = [getattr(record, f"{source}_{unit}_seconds") for source, _name in sources]
        if len(set(counts)) > 1:
            pairs = zip(sources, counts, strict=True)
            shown += [(f"{name}, {word}", grouped(count)) for (_source, name), count in pairs]
    return shown


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
