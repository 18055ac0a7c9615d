"""Changes by hand as a table, and in words."""

from datetime import datetime

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.lists import ListTable
from allocations.models import Drift
from allocations.rules.drift import why_not_adoptable
from allocations.tables.badges import drift_badge
from allocations.templatetags.belfry import hours_of_minutes

_SUBJECTS = {
    "create_qos": _("QOS"),
    "set_qos_budget": _("Budget"),
    "set_qos_flags": _("Flags of the QOS"),
    "create_account": _("Account"),
    "move_account": _("Parent of the account"),
    "set_account_qos": _("QOS of the account"),
    "add_member": _("Member"),
    "remove_member": _("Member"),
    "suspend_account": _("New jobs"),
    "resume_account": _("New jobs"),
    "create_partition": _("Partition"),
    "modify_partition": _("Partition"),
    "open_partition": _("Access to partition"),
    "close_partition": _("Access to partition"),
}


def subject_in_words(drift: Drift) -> str:
    """What was changed, with the member or partition it is about."""
    words = str(_SUBJECTS.get(drift.kind, drift.kind))
    detail = drift.change.get("username") or drift.change.get("partition") or ""
    return f"{words} {detail}".strip()


def value_in_words(drift: Drift, value: str) -> str:
    """What was, or what was found, as people say it."""
    if drift.kind == "set_qos_budget" and value.isascii() and value.isdigit():
        return gettext("%(hours)s GPU-hours") % {"hours": hours_of_minutes(int(value))}
    return value


class DriftTable(ListTable):
    """One row a change by hand, with what it was, what somebody made of it, and what came of it."""

    subject = tables.Column(verbose_name=_("What"), order_by=("subject", "kind"))
    site = tables.Column(verbose_name=_("Site"), order_by=("site__name",))
    found = tables.Column(verbose_name=_("Was, and became"), orderable=False)
    noticed_at = tables.Column(verbose_name=_("Noticed"))
    state = tables.Column(verbose_name=_("State"))

    class Meta:
        order_by = ("-noticed_at",)

    def render_subject(self, record: Drift) -> SafeString:
        """What it is, with the project or the account below."""
        return format_html(
            '<span class="fw-semibold">{}</span><div class="small">{}</div>',
            subject_in_words(record),
            _owner(record),
        )

    def render_site(self, record: Drift) -> str:
        """The site's name."""
        return record.site.name

    def render_found(self, record: Drift) -> SafeString:
        """Both values."""
        return format_html(
            '<span><bdi>{}</bdi> <i class="bi bi-arrow-right" aria-hidden="true"></i>'
            '<span class="visually-hidden">{}</span> <bdi class="fw-semibold">{}</bdi></span>',
            value_in_words(record, record.expected),
            gettext("became"),
            value_in_words(record, record.found),
        )

    def render_noticed_at(self, record: Drift) -> SafeString:
        """Between which two readings somebody made it, and how often."""
        again = (
            format_html('<div class="small">{}</div>', gettext("%(n)d times") % {"n": record.times})
            if record.times > 1
            else ""
        )
        return format_html(
            '{}<div class="small text-body-secondary">{}</div>{}',
            _moment(record.noticed_at),
            gettext("after %(moment)s") % {"moment": _moment(record.last_right_at)},
            again,
        )

    def render_state(self, record: Drift) -> SafeString:
        """The state, and the way to adopt it where there is one."""
        badge = drift_badge(record.state)
        if record.state == Drift.State.ADOPTED or record.allocation_id is None:
            return badge
        refusal = why_not_adoptable(record.correction)
        return format_html(
            '{} <a class="ms-2" href="{}">{}<span class="visually-hidden">: {} {}</span></a>',
            badge,
            reverse("adopt_drift", args=[record.pk]),
            gettext("Why not adopt") if refusal else gettext("Adopt"),
            subject_in_words(record),
            record.subject,
        )


def _owner(drift: Drift) -> SafeString:
    if drift.allocation is None:
        return format_html("<code>{}</code>", drift.subject)
    project = drift.allocation.project
    return format_html(
        '<a href="{}"><bdi>{}</bdi></a> <code>{}</code>',
        project.get_absolute_url(),
        project.title,
        drift.subject,
    )


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
