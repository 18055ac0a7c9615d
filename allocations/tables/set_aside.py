"""Rows of accounting that were set aside, as a table."""

import django_tables2 as tables
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.lists import ListTable
from allocations.models import SetAsideRow


class SetAsideTable(ListTable):
    """One row each: whose it is, why it cannot be used, and what was read."""

    account = tables.Column(verbose_name=_("Account and job"), empty_values=())
    site = tables.Column(verbose_name=_("Site"), order_by=("site__name",))
    reason = tables.Column(verbose_name=_("Why"))
    last_seen_at = tables.Column(verbose_name=_("Last read"))
    is_final = tables.Column(verbose_name=_("What follows"))

    class Meta:
        order_by = ("-last_seen_at",)

    def render_account(self, record: SetAsideRow) -> SafeString:
        """The account, and the job's number."""
        number = gettext("no number") if record.job_id is None else str(record.job_id)
        return format_html(
            '<bdi class="fw-semibold">{}</bdi><div class="small">{}</div>',
            record.account or gettext("unknown"),
            number,
        )

    def render_site(self, record: SetAsideRow) -> str:
        """The site's name."""
        return record.site.name

    def render_reason(self, record: SetAsideRow) -> SafeString:
        """The reason, and the row as it was read, folded."""
        if not record.text:
            return format_html("<bdi>{}</bdi>", record.reason)
        return format_html(
            '<bdi>{}</bdi><details class="small"><summary>{}</summary>'
            '<code class="text-break"><bdi>{}</bdi></code></details>',
            record.reason,
            gettext("What was read"),
            record.text,
        )

    def render_last_seen_at(self, record: SetAsideRow) -> SafeString:
        """When, and how often since when."""
        times = ngettext("%(n)d time", "%(n)d times", record.times) % {"n": record.times}
        return format_html(
            '{}<div class="small text-body-secondary">{}</div>',
            date_format(timezone.localtime(record.last_seen_at), "SHORT_DATETIME_FORMAT"),
            times,
        )

    def render_is_final(self, record: SetAsideRow) -> str:
        """Whether it may become good."""
        return gettext("Nothing") if record.is_final else gettext("It is read again")
