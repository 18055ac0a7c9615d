"""A section of the long form: its questions as fields, all of which may stay empty in a draft."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from allocations.forms.runs import RunsTable, runs_table
from allocations.offered import Offered
from allocations.rules.form.fields import Answers, Field, Kind
from allocations.rules.text import one_line, several_lines
from allocations.shown_answers import shown_answer

_LARGEST_VERSION = 2**31 - 1
_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 12, 31)


class SectionForm(forms.Form):
    """What one section asks of an application."""

    version = forms.IntegerField(min_value=0, max_value=_LARGEST_VERSION, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        asked: Sequence[Field],
        stored: Answers,
        offered: Offered,
        **kwargs: Any,
    ) -> None:
        self.asked, self.stored = asked, stored
        kwargs["initial"] = {**stored, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.runs: RunsTable | None = None
        for field in asked:
            if field.kind == Kind.RUNS:
                data = self.data if self.is_bound else None
                self.runs = runs_table(data, stored.get(field.name) or [])
            elif field.is_offered:
                self._offer(field, offered.get(field.name, ()))
            else:
                self.fields[field.name] = _BUILDERS[field.kind](field)

    def is_valid(self) -> bool:
        """Whether the questions and the table of runs can be stored."""
        fields = super().is_valid()
        return (self.runs is None or self.runs.is_valid()) and fields

    @property
    def linked_errors(self) -> list[tuple[str, str]]:
        """What is wrong with the table of runs, each with a link to where it is mended."""
        return list(self.runs.linked_errors()) if self.runs is not None and self.is_bound else []

    def clean(self) -> dict[str, Any]:
        """Text without what could change how it reads; days that may come only if they do."""
        cleaned = super().clean() or {}
        for field in self.asked:
            value = cleaned.get(field.name)
            if field.kind == Kind.LINE and value:
                cleaned[field.name] = one_line(value)
            elif field.kind == Kind.TEXT and value:
                cleaned[field.name] = several_lines(value)
            elif isinstance(value, date):
                self._check_day(field, value)
        return cleaned

    def answers(self) -> dict[str, Any]:
        """What was answered, as it is stored: what is not asked now stays as it was."""
        said = {
            field.name: _stored(self.cleaned_data[field.name])
            for field in self.asked
            if field.name in self.fields
        }
        if self.runs is not None:
            said["runs"] = self.runs.runs()
        return {**self.stored, **said}

    def answer_version(self, version: int) -> None:
        """Save over this version when the form is sent again."""
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data["version"] = str(version)
            self.data = data

    def differences(self, theirs: Answers) -> list[tuple[str, str, str]]:
        """Label, what is stored and what was typed, of each question where they differ."""
        mine = self.answers()
        return [
            (
                str(field.label),
                shown_answer(field, theirs.get(field.name)),
                shown_answer(field, mine.get(field.name)),
            )
            for field in self.asked
            if (theirs.get(field.name) or None) != (mine.get(field.name) or None)
        ]

    def _offer(self, field: Field, names: Sequence[str]) -> None:
        """What was chosen before stays among the choices until something else is chosen."""
        usual, chosen = dict(field.choices), self.stored.get(field.name)
        words = dict.fromkeys([*names, chosen] if chosen and chosen not in usual else names)
        choices = (*usual.items(), *((word, word) for word in words))
        if choices:
            self.fields[field.name] = _choice(replace(field, choices=choices))

    def _check_day(self, field: Field, day: date) -> None:
        if not _EARLIEST <= day <= _LATEST:
            self.add_error(field.name, _("This day cannot be meant."))
        elif field.kind == Kind.COMING_DATE and day < timezone.localdate():
            self.add_error(field.name, _("Choose today or a day to come."))


def _line(field: Field) -> forms.Field:
    return forms.CharField(
        **_common(field),
        max_length=field.most_characters,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


def _text(field: Field) -> forms.Field:
    return forms.CharField(
        **_common(field),
        max_length=field.most_characters,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )


def _number(field: Field) -> forms.Field:
    return forms.IntegerField(
        **_common(field),
        min_value=field.least,
        max_value=field.most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": 1}),
    )


def _day(field: Field) -> forms.Field:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(**_common(field), widget=widget)


def _choice(field: Field) -> forms.Field:
    return forms.ChoiceField(**_common(field), choices=[("", _("Choose")), *field.choices])


def _confirm(field: Field) -> forms.Field:
    return forms.BooleanField(**_common(field))


def _common(field: Field) -> dict[str, Any]:
    return {"label": field.label, "help_text": field.help_text, "required": False}


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


_BUILDERS: dict[Kind, Callable[[Field], forms.Field]] = {
    Kind.LINE: _line,
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _day,
    Kind.COMING_DATE: _day,
    Kind.CHOICE: _choice,
    Kind.CONFIRM: _confirm,
}
