"""How a leader answers a proposal to take hours back, and how staff settle and find them."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lists import WordFilter
from allocations.forms.manage import ReasonForm
from allocations.models import ClawBack, Site
from allocations.rules.units import MINUTES_AN_HOUR

LONGEST_ANSWER = 5_000


class AnswerForm(forms.Form):
    """Why the hours are needed, or that they are not."""

    prefix = "answer"

    answer = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Whether you need the hours, what for, and by when."),
    )


class ApplyForm(ReasonForm):
    """How many hours to take, and why."""

    prefix = "apply"
    field_order = ("gpu_hours", "reason")

    gpu_hours = forms.IntegerField()

    def __init__(self, *args: Any, proposal: ClawBack, **kwargs: Any) -> None:
        most = proposal.proposed_minutes // MINUTES_AN_HOUR
        kwargs.setdefault("initial", {"gpu_hours": most})
        super().__init__(*args, **kwargs)
        self.fields["gpu_hours"] = forms.IntegerField(
            label=_("GPU-hours to take back"), min_value=1, max_value=most
        )


class DismissForm(ReasonForm):
    """Why the hours stay."""

    prefix = "dismiss"


def _sites(request: object) -> QuerySet[Site]:
    return Site.objects.all()


class ClawBackFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Proposals by words, site and what became of them."""

    q = WordFilter(
        _("Project or organisation"),
        "allocation__project__name",
        "allocation__project__title",
        "allocation__project__organisation__name",
    )
    site = filters.ModelChoiceFilter(
        label=_("Site"),
        field_name="allocation__site",
        queryset=_sites,
        to_field_name="code",
        empty_label=_("All"),
    )
    state = filters.ChoiceFilter(
        label=_("State"), choices=ClawBack.State.choices, empty_label=_("All")
    )
