"""What a report is narrowed down to, read from the address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allocations.models import Site, Track
from portal.reports.selection import Period, Selection

_DAY = {"type": "date"}


class ReportForm(forms.Form):
    """Site, track and period; empty fields leave nothing out."""

    site = forms.ModelChoiceField(
        Site.objects.all(),
        to_field_name="code",
        required=False,
        label=_("Site"),
        empty_label=_("All"),
    )
    track = forms.ModelChoiceField(
        Track.objects.published(),
        to_field_name="code",
        required=False,
        label=_("Track"),
        empty_label=_("All"),
    )
    first = forms.DateField(
        required=False, label=_("From"), widget=forms.DateInput(_DAY, format="%Y-%m-%d")
    )
    last = forms.DateField(
        required=False, label=_("To"), widget=forms.DateInput(_DAY, format="%Y-%m-%d")
    )

    def add_prefix(self, field_name: str) -> str:
        """The address says `from` and `to`, which are no names in Python."""
        return {"first": "from", "last": "to"}.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        """The period ends after it starts."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first."))
        return cleaned

    def selection(self) -> Selection:
        """What was asked for; call it on a valid form."""
        return Selection(
            period=Period(self.cleaned_data["first"], self.cleaned_data["last"]),
            site=self.cleaned_data["site"],
            track=self.cleaned_data["track"],
        )
