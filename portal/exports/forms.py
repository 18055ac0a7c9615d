"""What file somebody asks for, and which report comes each month."""

from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from portal.exports.contents import FORMATS, kinds_for
from portal.models import FileFormat, ReportKind
from portal.programme.figures import Places
from portal.programme.forms import ProgrammeForm
from portal.reports.forms import ReportForm

LONGEST_QUERY = 2000
_FIELDS = ("from", "to", "site", "track", "region", "kind", "by")


class ExportForm(forms.Form):
    """A report, its format, and the selection as it stands in the address of a page."""

    kind = forms.ChoiceField(label=_("Report"), choices=ReportKind.choices)
    file_format = forms.ChoiceField(label=_("Format"), choices=FileFormat.choices)
    query = forms.CharField(
        required=False, max_length=LONGEST_QUERY, widget=forms.HiddenInput, strip=False
    )

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds_for(person)]  # type: ignore[attr-defined]

    def clean_query(self) -> dict[str, str]:
        """The selection, without what no page reads."""
        return _selection(self.cleaned_data["query"])

    def clean(self) -> dict[str, Any]:
        """The format fits the report, and the selection makes sense."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if cleaned["file_format"] not in FORMATS[cleaned["kind"]]:
            self.add_error("file_format", _("This report cannot be had in this format."))
        elif not _is_valid(cleaned["kind"], cleaned["query"]):
            self.add_error(None, _("This selection makes no sense; choose it anew."))
        return cleaned


class SubscriptionForm(forms.Form):
    """The format of the monthly report; the selection is that of the page."""

    file_format = forms.ChoiceField(
        label=_("Format"), choices=[(item.value, item.label) for item in FORMATS["programme"]]
    )
    query = forms.CharField(
        required=False, max_length=LONGEST_QUERY, widget=forms.HiddenInput, strip=False
    )

    def clean_query(self) -> dict[str, str]:
        """The selection without its period, which is the month before."""
        query = _selection(self.cleaned_data["query"])
        query = {name: value for name, value in query.items() if name not in ("from", "to")}
        if not _is_valid(ReportKind.PROGRAMME, query):
            raise forms.ValidationError(_("This selection makes no sense; choose it anew."))
        return query


def _selection(text: str) -> dict[str, str]:
    found = parse_qsl(text, max_num_fields=50, keep_blank_values=False, errors="replace")
    return {name: value for name, value in found if name in _FIELDS}


def _is_valid(kind: str, query: dict[str, str]) -> bool:
    if kind == ReportKind.PROGRAMME:
        return not query or ProgrammeForm(query, Places.read()).is_valid()
    return ReportForm(query).is_valid()
