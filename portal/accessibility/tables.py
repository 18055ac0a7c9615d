"""What came in by the form of the statement, as a table."""

import django_tables2 as tables
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.lists import ListTable
from portal.models import AccessibilityFeedback


class FeedbackTable(ListTable):
    """One row a message, with who answered it or a button that says so."""

    sent_at = tables.Column(verbose_name=gettext_lazy("Sent"))
    text = tables.Column(verbose_name=gettext_lazy("Message"), orderable=False)
    page = tables.Column(verbose_name=gettext_lazy("Page"), orderable=False)
    email = tables.Column(verbose_name=gettext_lazy("Answer to"), orderable=False)
    answered_at = tables.Column(verbose_name=gettext_lazy("Answered"), empty_values=())

    class Meta:
        order_by = ("-sent_at",)

    def render_sent_at(self, record: AccessibilityFeedback) -> str:
        """The moment in Brussels."""
        return date_format(localtime(record.sent_at), "SHORT_DATETIME_FORMAT")

    def render_text(self, value: str) -> SafeString:
        """With its lines."""
        return format_html('<div class="typed" dir="auto">{}</div>', value)

    def render_page(self, value: str) -> SafeString:
        """As it was typed: no link, since anybody can write one."""
        return format_html('<bdi class="text-break">{}</bdi>', value)

    def render_answered_at(self, record: AccessibilityFeedback) -> SafeString:
        """When and by whom; a button until then."""
        if record.answered_at is not None:
            return format_html(
                "{}<div class='small'><bdi>{}</bdi></div>",
                date_format(localtime(record.answered_at), "SHORT_DATETIME_FORMAT"),
                record.answered_by,
            )
        return format_html(
            '<form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken"'
            ' value="{}"><button type="submit" class="btn btn-sm btn-outline-primary">{}'
            '<span class="visually-hidden">: {}</span></button></form>',
            reverse("accessibility_answered", args=[record.pk]),
            get_token(self.request),
            _("Mark as answered"),
            date_format(localtime(record.sent_at), "SHORT_DATETIME_FORMAT"),
        )
