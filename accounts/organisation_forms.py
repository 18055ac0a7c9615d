"""What people fill in about their organisation."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.associated_numbers import MOST_CHARACTERS
from accounts.enterprise_numbers import COUNTRY_LETTERS, compact_enterprise_number, is_foreign
from accounts.models import LinkedEnterprise, Organisation
from accounts.size_class import LINKED_ABOVE_PERCENT, PARTNER_FROM_PERCENT, WHOLE_PERCENT

MOST_PEOPLE = 10_000_000
MOST_EUROS = 10**13
CENTS_A_EURO = 100
EARLIEST_YEAR = 2000
OLDEST_AID = timedelta(days=10 * 366)
BELGIAN_POSTCODE_DIGITS = 4


class NumberField(forms.CharField):
    """An enterprise number as people type it, with spaces and dots: it is kept without."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"max_length": MOST_CHARACTERS})


class _FactsForm(forms.ModelForm):  # type: ignore[type-arg]
    website = forms.URLField(
        label=_("Website"), max_length=200, required=False, assume_scheme="https"
    )


class OrganisationForm(_FactsForm):
    """An organisation, entered once and reused in later applications."""

    class Meta:
        model = Organisation
        fields = ("enterprise_number", "name", "kind", "postcode", "website")
        field_classes = {"enterprise_number": NumberField}

    def clean_enterprise_number(self) -> str:
        """The ten digits or the VAT number, however they were typed."""
        return compact_enterprise_number(self.cleaned_data["enterprise_number"])

    def clean(self) -> dict[str, Any]:
        """A foreign postcode of four digits says so: it is not one of Belgium."""
        cleaned: dict[str, Any] = super().clean() or {}
        number, postcode = cleaned.get("enterprise_number", ""), cleaned.get("postcode", "")
        if is_foreign(number) and len(postcode) == BELGIAN_POSTCODE_DIGITS:
            cleaned["postcode"] = f"{number[:COUNTRY_LETTERS]}-{postcode}"
        return cleaned

    def validate_unique(self) -> None:
        """An organisation that is known already is reused by its number, not refused."""


class FactsForm(_FactsForm):
    """What may change of an organisation: all but its number."""

    class Meta:
        model = Organisation
        fields = ("name", "kind", "legal_form", "postcode", "founded_on", "nace", "website")
        widgets = {"founded_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def clean_founded_on(self) -> date | None:
        """A day that has come."""
        day: date | None = self.cleaned_data["founded_on"]
        if day is not None and not date(1000, 1, 1) <= day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day that has come."))
        return day

    def facts(self) -> dict[str, Any]:
        """What was filled in, for the action that stores it."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def _whole(label: Any, most: int, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "step": 1})
    return forms.IntegerField(label=label, min_value=0, max_value=most, widget=widget, **more)


class SizeForm(forms.Form):
    """The figures that decide whether an organisation is an SME."""

    year = forms.IntegerField(label=_("Last closed year"), min_value=EARLIEST_YEAR)
    people = _whole(
        _("People"), MOST_PEOPLE, help_text=_("In full-time years, owners who work included.")
    )
    turnover_euros = _whole(_("Turnover in euros"), MOST_EUROS)
    balance_euros = _whole(_("Balance sheet total in euros"), MOST_EUROS)
    public_percent = _whole(
        _("Percent in public hands"),
        WHOLE_PERCENT,
        initial=0,
        help_text=_("Capital or votes that public bodies hold."),
    )

    def clean_year(self) -> int:
        """A year that has begun."""
        year: int = self.cleaned_data["year"]
        if year > timezone.localdate().year:
            raise forms.ValidationError(_("This year has not begun yet."))
        return year


class EnterpriseForm(forms.Form):
    """A linked or partner enterprise with its figures, as far as they are known."""

    enterprise_number = NumberField(label=_("Enterprise number"))
    name = forms.CharField(label=_("Name"), max_length=200)
    relation = forms.ChoiceField(label=_("Relation"), choices=LinkedEnterprise.Relation.choices)
    percent = _whole(_("Percent of capital or votes"), WHOLE_PERCENT)
    people = _whole(_("People"), MOST_PEOPLE, required=False)
    turnover_euros = _whole(_("Turnover in euros"), MOST_EUROS, required=False)
    balance_euros = _whole(_("Balance sheet total in euros"), MOST_EUROS, required=False)

    def clean_enterprise_number(self) -> str:
        """The ten digits or the VAT number, however they were typed."""
        return compact_enterprise_number(self.cleaned_data["enterprise_number"])

    def clean(self) -> dict[str, Any]:
        """A partner has a share from 25 to 50 %: less does not count, more is a link."""
        cleaned = super().clean() or {}
        percent = cleaned.get("percent")
        is_partner = cleaned.get("relation") == LinkedEnterprise.Relation.PARTNER
        if is_partner and percent is not None:
            if percent < PARTNER_FROM_PERCENT:
                self.add_error("percent", _("Under 25 % it is no partner and does not count."))
            elif percent > LINKED_ABOVE_PERCENT:
                self.add_error("percent", _("Above 50 % it is linked."))
        return cleaned


class AidForm(forms.Form):
    """De minimis aid that somebody else granted."""

    grantor = forms.CharField(label=_("Granted by"), max_length=200)
    granted_on = forms.DateField(
        label=_("Granted on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day on which it was decided, not paid."),
    )
    euros = forms.DecimalField(
        label=_("Amount in euros"),
        min_value=0.01,
        max_value=MOST_EUROS,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )

    def clean_granted_on(self) -> date:
        """A day that has come, and not so long ago that nobody can mean it."""
        day: date = self.cleaned_data["granted_on"]
        today = timezone.localdate()
        if not today - OLDEST_AID <= day <= today:
            raise forms.ValidationError(_("Choose a day of the last ten years."))
        return day

    def aid(self) -> dict[str, Any]:
        """What was filled in, for the action that stores it."""
        said = self.cleaned_data
        return {
            "grantor": said["grantor"],
            "granted_on": said["granted_on"],
            "cents": int(said["euros"] * CENTS_A_EURO),
        }
