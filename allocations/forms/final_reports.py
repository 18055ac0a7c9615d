"""The final report as its leader fills it in, and how staff find reports."""

from collections.abc import Iterator
from typing import Any

import django_filters as filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.lists import WordFilter
from allocations.actions.final_reports import Output, ReportText
from allocations.forms.manage import ReasonForm
from allocations.models import FinalReport, ReportOutput
from allocations.rules.final_reports import LONGEST_LINK, link_of
from allocations.rules.text import one_line, several_lines

LONGEST_TEXT = 10_000
MOST_OUTPUTS = 100
SPARE_LINES = 2
PREFIX = "outputs"
_LARGEST_VERSION = 2**31 - 1
_YES, _NO = "yes", "no"


def _text(label: Any, help_text: Any, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class OutputForm(forms.Form):
    """One line of the table of outputs."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", "–"), *ReportOutput.Kind.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control", "dir": "auto"}),
    )
    link = forms.CharField(
        label=gettext_lazy("Link or DOI"),
        max_length=LONGEST_LINK,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "url"}),
    )

    def clean_title(self) -> str:
        """The title on one line."""
        title = one_line(self.cleaned_data["title"])
        if not title:
            raise forms.ValidationError(_("Give it a title."))
        return title

    def clean_link(self) -> str:
        """An address that can be followed; a DOI becomes one."""
        text = one_line(self.cleaned_data["link"])
        link = link_of(text) if text else ""
        if link is None:
            raise forms.ValidationError(
                _("Enter an address that begins with https:// or http://, or a DOI.")
            )
        return link


_OutputFormSet = forms.formset_factory(
    OutputForm,
    extra=SPARE_LINES,
    max_num=MOST_OUTPUTS,
    absolute_max=MOST_OUTPUTS,
    validate_max=True,
)


class OutputsTable(_OutputFormSet):  # type: ignore[misc, valid-type]  # made by a factory
    """All lines; those that were emptied are gone."""

    def initial_form_count(self) -> int:
        """Of what was typed, any line may be empty, wherever it stood."""
        return 0 if self.is_bound else int(super().initial_form_count())

    def outputs(self) -> list[Output]:
        """The filled lines."""
        return [Output(**line.cleaned_data) for line in self.forms if line.cleaned_data]

    def linked_errors(self) -> Iterator[tuple[str, str]]:
        """What is wrong, each with the field where it is mended."""
        for number, line in enumerate(self.forms, start=1):
            for field in line:
                for error in field.errors:
                    text = _("Output %(number)d, %(label)s: %(error)s")
                    names = {"number": number, "label": field.label, "error": error}
                    yield f"#{field.id_for_label}", text % names
        for error in self.non_form_errors():
            yield f"#{PREFIX}", str(error)


class FinalReportForm(forms.Form):
    """The report's texts; the table of outputs is a form of its own, checked with it."""

    version = forms.IntegerField(min_value=0, max_value=_LARGEST_VERSION, widget=forms.HiddenInput)
    results = _text(
        gettext_lazy("What came of the project"),
        gettext_lazy("In plain words, for somebody who knows nothing of your field."),
        8,
    )
    use_of_hours = _text(
        gettext_lazy("How the GPU-hours were used"),
        gettext_lazy("What you ran, and why more or fewer hours were needed than you thought."),
        5,
    )
    meaning = _text(
        gettext_lazy("What it meant for your organisation"),
        gettext_lazy("Knowledge, jobs, turnover, customers, further plans; with figures if any."),
        5,
    )
    may_be_published = forms.ChoiceField(
        label=gettext_lazy("May we publish this report?"),
        choices=[("", "–"), (_YES, gettext_lazy("Yes")), (_NO, gettext_lazy("No"))],
        required=False,
    )

    def __init__(self, data: Any, *, report: FinalReport) -> None:
        super().__init__(data, initial=_stored(report))
        stored = [] if data is not None else list(report.outputs.values("kind", "title", "link"))
        self.outputs = OutputsTable(data, initial=stored or None, prefix=PREFIX)

    def is_valid(self) -> bool:
        """Whether the texts and all lines of the table hold."""
        return all([super().is_valid(), self.outputs.is_valid()])

    def linked_errors(self) -> list[tuple[str, str]]:
        """What is wrong in the table of outputs."""
        return list(self.outputs.linked_errors()) if self.is_bound else []

    def text(self) -> ReportText:
        """What was written, for the action that stores it."""
        written = self.cleaned_data
        may = written["may_be_published"]
        return ReportText(
            results=several_lines(written["results"]),
            use_of_hours=several_lines(written["use_of_hours"]),
            meaning=several_lines(written["meaning"]),
            may_be_published=may == _YES if may else None,
            outputs=self.outputs.outputs(),
        )

    def answer_version(self, version: int) -> None:
        """Save over this version when the form is sent again."""
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data["version"] = str(version)
            self.data = data


class AskForMoreForm(ReasonForm):
    """What is missing in a report."""

    prefix = "more"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What is missing")
        self.fields["reason"].help_text = _("The leader reads this.")


class LiftBlockForm(ReasonForm):
    """Why people may apply although a report is late."""

    prefix = "lift"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why they may apply all the same")
        self.fields["reason"].help_text = _("The leader reads this.")


class FinalReportFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Reports by words and by where they stand."""

    q = WordFilter(
        gettext_lazy("Project or organisation"),
        "project__name",
        "project__title",
        "project__organisation__name",
    )
    state = filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=FinalReport.State.choices,
        empty_label=gettext_lazy("All"),
    )


def _stored(report: FinalReport) -> dict[str, Any]:
    may = report.may_be_published
    return {
        "version": report.version,
        "results": report.results,
        "use_of_hours": report.use_of_hours,
        "meaning": report.meaning,
        "may_be_published": "" if may is None else _YES if may else _NO,
    }
