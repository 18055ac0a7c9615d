"""Pools as a table."""

import django_tables2 as tables
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.lists import ListTable
from allocations.models import Pool
from allocations.rules.units import MINUTES_AN_HOUR

_FIGURES = {"td": {"class": "figures text-lg-end"}}


class PoolsTable(ListTable):
    """One row a pool, with what was granted from it."""

    name = tables.Column(verbose_name=_("Pool"))
    site = tables.Column(verbose_name=_("Site"), order_by=("site__name",))
    starts_on = tables.Column(verbose_name=_("Period"))
    gpu_hours = tables.Column(verbose_name=_("GPU-hours"), attrs=_FIGURES)
    drawn = tables.Column(verbose_name=_("Granted"), attrs=_FIGURES)

    class Meta:
        order_by = ("-starts_on", "name")

    def render_name(self, record: Pool) -> SafeString:
        """The name as a link, with the funder below."""
        return format_html(
            '<a class="fw-semibold" href="{}"><bdi>{}</bdi></a>'
            '<div class="small text-body-secondary">{}</div>',
            record.get_absolute_url(),
            record.name,
            record.get_funder_display(),
        )

    def render_starts_on(self, record: Pool) -> str:
        """First and last day."""
        first, last = (
            date_format(day, "SHORT_DATE_FORMAT") for day in (record.starts_on, record.ends_on)
        )
        return f"{first} – {last}"

    def render_gpu_hours(self, value: int) -> str:
        """Whole hours, grouped by thousands."""
        return number_format(value, force_grouping=True)

    def render_drawn(self, record: Pool, value: int) -> str:
        """Hours and the share of the pool."""
        hours = number_format(value // MINUTES_AN_HOUR, force_grouping=True)
        return f"{hours} ({100 * value // record.gpu_minutes} %)"
