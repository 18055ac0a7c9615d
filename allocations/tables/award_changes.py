"""Changes that were asked for, as a table and in words."""

import django_tables2 as tables
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.lists import ListTable
from accounts.numbers import grouped
from allocations.models import AwardChange
from allocations.rules.award_changes import ChangeKind
from allocations.tables.badges import change_badge, days_badge


def words_for_change(change: AwardChange) -> str:
    """What is asked for, in one sentence."""
    words = {
        "hours": grouped(change.gpu_hours or 0),
        "day": date_format(change.ends_on, "DATE_FORMAT") if change.ends_on else "",
        "site": change.allocation.site.name if change.allocation else "",
        "to_site": change.to_site.name if change.to_site else "",
        "person": change.to_member.full_name if change.to_member else "",
    }
    if change.kind == ChangeKind.EXTENSION and change.gpu_hours:
        return _("Until %(day)s at %(site)s, with %(hours)s more GPU-hours.") % words
    return str(_SENTENCES[ChangeKind(change.kind)]) % words


_SENTENCES = {
    ChangeKind.EXTENSION: gettext_lazy("Until %(day)s at %(site)s."),
    ChangeKind.SUPPLEMENT: gettext_lazy("%(hours)s more GPU-hours at %(site)s."),
    ChangeKind.TRANSFER: gettext_lazy("%(hours)s GPU-hours from %(site)s to %(to_site)s."),
    ChangeKind.PAUSE: gettext_lazy("No new jobs at %(site)s for the time being."),
    ChangeKind.RESUMPTION: gettext_lazy("New jobs at %(site)s again."),
    ChangeKind.LEADER: gettext_lazy("%(person)s leads the project from now on."),
    ChangeKind.APPEAL: gettext_lazy("The rejection is to be looked at again."),
}

EXPLANATIONS = {
    ChangeKind.EXTENSION: gettext_lazy(
        "A later last day. Hours that are left stay; once the last day has passed, ask for hours"
        " too."
    ),
    ChangeKind.SUPPLEMENT: gettext_lazy("More GPU-hours until the last day."),
    ChangeKind.TRANSFER: gettext_lazy(
        "Hours that no job has used go to another site, where the project is opened if it is new."
    ),
    ChangeKind.PAUSE: gettext_lazy(
        "New jobs are refused until you ask for the resumption; running jobs run out. The last day"
        " stays."
    ),
    ChangeKind.RESUMPTION: gettext_lazy("New jobs are accepted again after a pause."),
    ChangeKind.LEADER: gettext_lazy(
        "Another member leads the project: invites, asks for changes and writes the final report."
        " Who led it so far stays a member."
    ),
}


class ChangesTable(ListTable):
    """One row a change; the most urgent comes first."""

    kind = tables.Column(verbose_name=gettext_lazy("Change"))
    about = tables.Column(
        verbose_name=gettext_lazy("Project"),
        empty_values=(),
        order_by=("application__title",),
    )
    asked_by = tables.Column(
        verbose_name=gettext_lazy("Asked by"), order_by=("asked_by__last_name",)
    )
    asked_at = tables.DateTimeColumn(
        format="SHORT_DATE_FORMAT", verbose_name=gettext_lazy("Asked on")
    )
    due_on = tables.Column(verbose_name=gettext_lazy("Decision"))
    state = tables.Column(verbose_name=gettext_lazy("State"))

    class Meta:
        order_by = ("due_on", "asked_at")
        empty_text = gettext_lazy("Nothing is asked for.")

    def render_kind(self, record: AwardChange) -> SafeString:
        """The kind as a link to its page, with what it would change below."""
        return format_html(
            '<a class="fw-semibold" href="{}">{}</a><div class="small">{}</div>',
            record.get_absolute_url(),
            record.get_kind_display(),
            words_for_change(record),
        )

    def render_about(self, record: AwardChange) -> SafeString:
        """The title, with the project or the application below."""
        project = getattr(record.application, "project", None)
        return format_html(
            '<bdi>{}</bdi><div class="small text-body-secondary figures">{}</div>',
            record.application.title,
            project.name if project else record.application.reference,
        )

    def render_asked_by(self, record: AwardChange) -> SafeString:
        """The person's name."""
        return format_html("<bdi>{}</bdi>", record.asked_by.full_name)

    def render_due_on(self, record: AwardChange) -> SafeString | str:
        """The date with how far away it is, while somebody waits for it."""
        if not record.is_open:
            return "—"
        badge = days_badge(
            timezone.localdate(),
            due_on=record.due_on,
            amber_on=record.amber_on,
            red_on=record.red_on,
        )
        day = date_format(record.due_on, "SHORT_DATE_FORMAT")
        return format_html('{}<div class="small mt-1">{}</div>', badge, day)

    def render_state(self, record: AwardChange) -> SafeString:
        """The state as a badge."""
        return change_badge(record.state)
