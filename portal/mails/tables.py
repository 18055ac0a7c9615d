"""The log of mails as a table, and how to narrow it down."""

import django_filters as filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.lists import ListTable, WordFilter
from accounts.mail_events import EVENTS, event_of
from accounts.models import Mail, MailState

LONGEST_SUBJECT = 90


class MailFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Mails by recipient or subject, event and state."""

    q = WordFilter(
        _("Recipient or subject"),
        "address",
        "subject",
    )
    event = filters.ChoiceFilter(
        label=_("Event"),
        choices=[(event.code, event.label) for event in EVENTS.values()],
        empty_label=_("All"),
    )
    state = filters.ChoiceFilter(label=_("State"), choices=MailState.choices, empty_label=_("All"))


class MailTable(ListTable):
    """One row a mail, the newest first."""

    created_at = tables.DateTimeColumn(format="SHORT_DATETIME_FORMAT", verbose_name=_("Written"))
    address = tables.Column(verbose_name=_("Recipient"), orderable=False)
    subject = tables.Column(verbose_name=_("Subject"), orderable=False)
    event = tables.Column(verbose_name=_("Event"), orderable=False)
    state = tables.Column(verbose_name=_("State"), orderable=False)

    class Meta:
        order_by = ("-created_at",)

    def render_address(self, value: str) -> SafeString:
        """The address; whatever direction it runs in stays inside the cell."""
        return format_html('<bdi class="text-break">{}</bdi>', value)

    def render_subject(self, value: str, record: Mail) -> SafeString:
        """The subject, which leads to the mail."""
        short = Truncator(value).chars(LONGEST_SUBJECT)
        return format_html(
            '<a href="{}"><bdi>{}</bdi></a>', reverse("mail", args=[record.pk]), short
        )

    def render_event(self, value: str) -> str:
        """What the mail tells."""
        return str(event_of(value).label)

    def render_state(self, record: Mail) -> SafeString:
        """What became of it, and why not."""
        return format_html(
            '{}<div class="small text-body-secondary text-break">{}</div>',
            MailState(record.state).label,
            Truncator(record.problem).chars(LONGEST_SUBJECT),
        )
