"""The table of runs: some lines more than are filled in, each empty or whole."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocations.rules.text import one_line

MOST_RUNS = 30
SPARE_LINES = 2
MOST_GPUS, MOST_HOURS, MOST_REPETITIONS = 10_000, 10_000, 10_000
MOST_MILLIONS = 10**9
PREFIX = "runs"


def _whole(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control"})
    return forms.IntegerField(label=label, min_value=least, max_value=most, widget=widget, **more)


class RunForm(forms.Form):
    """One line of the table."""

    use_required_attribute = False

    label = forms.CharField(
        label=gettext_lazy("Run"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "form-control", "dir": "auto"}),
    )
    gpus = _whole(gettext_lazy("GPUs"), 1, MOST_GPUS)
    hours = _whole(gettext_lazy("Hours"), 1, MOST_HOURS)
    repetitions = _whole(gettext_lazy("Times"), 1, MOST_REPETITIONS)
    parameters = _whole(gettext_lazy("Million parameters"), 0, MOST_MILLIONS, required=False)
    tokens = _whole(gettext_lazy("Million tokens"), 0, MOST_MILLIONS, required=False)

    def clean_label(self) -> str:
        """The name on one line."""
        label = one_line(self.cleaned_data["label"])
        if not label:
            raise forms.ValidationError(_("Give the run a name."))
        return label


_RunFormSet = forms.formset_factory(
    RunForm, extra=SPARE_LINES, max_num=MOST_RUNS, absolute_max=MOST_RUNS, validate_max=True
)


class RunsTable(_RunFormSet):  # type: ignore[misc, valid-type]  # made by a factory
    """All lines; those that were emptied are gone."""

    def initial_form_count(self) -> int:
        """Of what was typed, any line may be empty, wherever it stood."""
        return 0 if self.is_bound else int(super().initial_form_count())

    def clean(self) -> None:
        """A table without a line was sent by no page of ours."""
        if self.total_form_count() < 1:
            raise forms.ValidationError(_("Send the table of runs again."))

    def runs(self) -> list[dict[str, Any]]:
        """The filled lines as they are stored."""
        return [dict(line.cleaned_data) for line in self.forms if line.cleaned_data]

    def linked_errors(self) -> Iterator[tuple[str, str]]:
        """What is wrong, each with the field where it is mended."""
        for number, line in enumerate(self.forms, start=1):
            for field in line:
                for error in field.errors:
                    text = _("Run %(number)d, %(label)s: %(error)s")
                    names = {"number": number, "label": field.label, "error": error}
                    yield f"#{field.id_for_label}", text % names
        for error in self.non_form_errors():
            yield f"#{PREFIX}", str(error)


def runs_table(data: Any, stored: Sequence[Mapping[str, Any]]) -> RunsTable:
    """The table with what is stored, or with what was typed."""
    initial = [dict(row) for row in stored] if data is None else None
    return RunsTable(data, initial=initial, prefix=PREFIX)
