"""What of the programme somebody wants to see, read from the address."""

from calendar import monthrange
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from allocations.rules.regions import Region
from portal.programme.figures import Places
from portal.programme.selection import Division, ProgrammeSelection

LONGEST_YEARS = 10
_DAY = {"type": "date"}
_ALL = ("", _("All"))


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(_DAY, format="%Y-%m-%d")
    return forms.DateField(required=False, label=label, widget=widget)


class ProgrammeForm(forms.Form):
    """Period, parts and division; empty fields leave nothing out, no period is this year."""

    first = _day(_("From"))
    last = _day(_("To"))
    site = forms.ChoiceField(required=False, label=_("Site"))
    track = forms.ChoiceField(required=False, label=_("Track"))
    region = forms.ChoiceField(required=False, label=_("Region"), choices=[_ALL, *Region.choices])
    kind = forms.ChoiceField(
        required=False,
        label=_("Type of organisation"),
        choices=[_ALL, *Organisation.Kind.choices],
    )
    by = forms.ChoiceField(required=False, label=_("Divided by"), choices=Division.choices)

    def __init__(self, data: Any, places: Places) -> None:
        super().__init__(data or None, initial=_this_year())
        for name, rows in (("site", places.sites), ("track", places.tracks)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared above
            field.choices = [_ALL, *((row.code, str(row)) for row in rows)]

    def add_prefix(self, field_name: str) -> str:
        """The address says `from` and `to`, which are no names in Python."""
        return {"first": "from", "last": "to"}.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        """The period ends after it starts, and has no more months than a table can show."""
        cleaned = super().clean() or {}
        usual = _this_year()
        first = cleaned["first"] = cleaned.get("first") or usual["first"]
        last = cleaned["last"] = cleaned.get("last") or max(usual["last"], first)
        if last < first:
            self.add_error("last", _("The last day is before the first."))
        elif last.year - first.year > LONGEST_YEARS:
            self.add_error("last", _("A period of more than ten years is too long."))
        return cleaned

    def selection(self) -> ProgrammeSelection:
        """What was asked for; this year's whole where nothing was, or nonsense."""
        if not self.is_bound or self.errors:
            usual = _this_year()
            return ProgrammeSelection(first=usual["first"], last=usual["last"])
        chosen = {name: self.cleaned_data[name] for name in ("site", "track", "region", "kind")}
        return ProgrammeSelection(
            first=self.cleaned_data["first"],
            last=self.cleaned_data["last"],
            by=Division(self.cleaned_data["by"] or Division.MONTH),
            **chosen,
        )


def last_month(today: date) -> tuple[date, date]:
    """The first and last day of the month before today's."""
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _this_year() -> dict[str, date]:
    today = timezone.localdate()
    return {"first": date(today.year, 1, 1), "last": today}
