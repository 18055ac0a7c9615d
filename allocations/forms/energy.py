"""A new energy factor of a site, as a form."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from allocations.models import EnergyFactor

EARLIEST = date(2000, 1, 1)
_A_YEAR = timedelta(days=366)


class EnergyFactorForm(forms.ModelForm):  # type: ignore[type-arg]
    """From when, how much, and who says so."""

    class Meta:
        model = EnergyFactor
        fields = ("valid_from", "grams_co2e_per_kwh", "source")
        widgets = {"valid_from": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "source": _("Who says so, where and for which year, such as a link to the report."),
        }

    def clean_valid_from(self) -> Any:
        """A day that is not absurd; it may lie ahead."""
        day = self.cleaned_data["valid_from"]
        if not EARLIEST <= day <= timezone.localdate().replace(day=1) + _A_YEAR:
            raise forms.ValidationError(_("Enter a day from 2000 until a year from now."))
        return day
