"""The six questions before an application."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from allocations.models.applications import MOST_GPU_HOURS
from allocations.rules.eligibility import Answers, Purpose, Seat

MOST_MONTHS = 60
MOST_EUROS = 1_000_000_000


class EligibilityForm(forms.Form):
    """Nothing here says who somebody is, and nothing of it is stored."""

    kind = forms.ChoiceField(
        label=_("1. What is your organisation?"),
        choices=Organisation.Kind.choices,
        widget=forms.RadioSelect,
    )
    seat = forms.ChoiceField(
        label=_("2. Where is it established?"), choices=Seat.choices, widget=forms.RadioSelect
    )
    purpose = forms.ChoiceField(
        label=_("3. What are the results for?"), choices=Purpose.choices, widget=forms.RadioSelect
    )
    hours = forms.IntegerField(
        label=_("4. About how many GPU-hours do you need?"),
        min_value=1,
        max_value=MOST_GPU_HOURS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("One GPU for one hour is one: four GPUs for a day are 96."),
    )
    months = forms.IntegerField(
        label=_("5. For how many months?"),
        min_value=1,
        max_value=MOST_MONTHS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("The contract of whoever leads the project must run three months longer."),
    )
    aid = forms.IntegerField(
        label=_("6. How many euros of de minimis aid did you have in the last three years?"),
        min_value=0,
        max_value=MOST_EUROS,
        initial=0,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_(
            "All linked enterprises together. 0 for none, or if you are not active on a market."
        ),
    )

    def answers(self) -> Answers:
        """What was said, for the rule."""
        said: dict[str, Any] = self.cleaned_data
        return Answers(
            organisation_kind=said["kind"],
            seat=said["seat"],
            purpose=said["purpose"],
            gpu_hours=said["hours"],
            months=said["months"],
            aid_euros=said["aid"],
        )
