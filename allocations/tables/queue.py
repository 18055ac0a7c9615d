"""The review queue as a table."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.lists import ListTable
from accounts.models import Organisation
from allocations.models import Application
from allocations.review_steps import shown_steps
from allocations.tables.badges import application_badge, due_badge


class QueueTable(ListTable):
    """One row an application; the most urgent comes first."""

    title = tables.Column(
        verbose_name=gettext_lazy("Application"), order_by=("reference",), empty_values=()
    )
    organisation = tables.Column(
        verbose_name=gettext_lazy("Organisation"), order_by=("organisation__name",)
    )
    track = tables.Column(verbose_name=gettext_lazy("Track"), order_by=("track__name",))
    gpu_hours = tables.Column(
        verbose_name=gettext_lazy("GPU-hours"), attrs={"td": {"class": "figures text-lg-end"}}
    )
    submitted_at = tables.Column(verbose_name=gettext_lazy("Handed in"))
    decision_due_on = tables.Column(verbose_name=gettext_lazy("Decision"), empty_values=())
    state = tables.Column(verbose_name=gettext_lazy("State"))

    class Meta:
        order_by = ("decision_due_on", "submitted_at")

    def render_title(self, record: Application) -> SafeString:
        """The title as a link to the review page, with reference and applicant below."""
        return format_html(
            '<a class="fw-semibold" href="{}"><bdi>{}</bdi></a>'
            '<div class="small text-body-secondary">{} · <bdi>{}</bdi></div>',
            reverse("review", args=[record.reference]),
            record.title or record.reference,
            record.reference,
            record.applicant.full_name,
        )

    def render_organisation(self, record: Application) -> SafeString:
        """The name with the kind below."""
        organisation = record.organisation
        return format_html(
            '<bdi>{}</bdi><div class="small text-body-secondary">{}</div>',
            organisation.name if organisation else "—",
            Organisation.Kind(organisation.kind).label if organisation else "",
        )

    def render_gpu_hours(self, value: int) -> str:
        """Whole hours, grouped by thousands."""
        return number_format(value, force_grouping=True)

    def render_submitted_at(self, record: Application) -> str:
        """The day in Brussels."""
        submitted_at = record.submitted_at
        return (
            date_format(timezone.localtime(submitted_at), "SHORT_DATE_FORMAT")
            if submitted_at
            else "—"
        )

    def render_decision_due_on(self, record: Application) -> SafeString | str:
        """The date with how far away it is, while somebody waits for it."""
        due = record.decision_due_on
        if due is None or not record.is_open:
            return "—"
        badge = due_badge(record, timezone.localdate())
        return format_html(
            '{}<div class="small mt-1">{}</div>', badge, date_format(due, "SHORT_DATE_FORMAT")
        )

    def render_state(self, record: Application) -> SafeString:
        """The state as a badge, with what it waits for below."""
        waits_for = self.waits_for(record) if record.is_open else ""
        badge = application_badge(record.state)
        return format_html('{}<div class="small mt-1">{}</div>', badge, waits_for)

    def waits_for(self, record: Any) -> str:
        """The next step and how many reviews are in, or that somebody has to confirm an award."""
        if record.waits_for_second:
            return _("waits for a second person")
        due = [str(step.kind.label) for step in shown_steps(record) if not step.is_done]
        required = record.rules().peer_reviewers
        words = {"number": record.reviews_in, "required": required}
        reviews = [_("%(number)d of %(required)d reviews") % words] if required else []
        return " · ".join(due[:1] + reviews)


class ReviewerQueueTable(QueueTable):
    """The same for a reviewer: nothing of who applies."""

    organisation = None

    class Meta(QueueTable.Meta):
        pass

    def render_title(self, record: Application) -> SafeString:
        """The title as a link to the review page, with the reference below."""
        return format_html(
            '<a class="fw-semibold" href="{}"><bdi>{}</bdi></a>'
            '<div class="small text-body-secondary">{}</div>',
            reverse("review", args=[record.reference]),
            record.title or record.reference,
            record.reference,
        )

    def waits_for(self, record: Any) -> str:
        """Whether it waits for this reviewer."""
        return _("you have reviewed it") if record.own_review_is_in else _("waits for your review")
