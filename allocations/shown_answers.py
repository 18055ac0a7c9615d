"""Answers of the long form as people read them: on the application's page, on paper, in a clash."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from allocations.models import Application
from allocations.rules.blind import is_field_shown_blind
from allocations.rules.form.fields import Answers, Field, Kind, is_answered
from allocations.rules.form.sections import asked_fields, pages
from allocations.rules.runs import Run, flop_in_words, runs_of

NOTHING = "–"


@dataclass(frozen=True)
class ShownAnswer:
    """One question with its answer."""

    label: str | Promise
    text: str


@dataclass(frozen=True)
class ShownSection:
    """One section with what was answered in it."""

    label: str | Promise
    answers: tuple[ShownAnswer, ...]


def shown_sections(application: Application, *, is_blind: bool = False) -> list[ShownSection]:
    """Each section that the application's track shows, as it is stored now.

    A blind reader gets nothing that says who applies.
    """
    rules = application.rules()
    stored: Mapping[str, Answers] = {
        row.section: row.answers for row in application.section_answers.all()
    }
    found = [
        ShownSection(
            section.label,
            tuple(
                ShownAnswer(
                    field.label, shown_answer(field, stored.get(section, {}).get(field.name))
                )
                for field in asked_fields(section, rules.optional_questions)
                if not is_blind or is_field_shown_blind(section, field.name)
            ),
        )
        for section in pages(rules.sections, rules.optional_questions)
    ]
    return [section for section in found if section.answers]


def shown_answer(field: Field, value: Any) -> str:
    """One answer in words; a dash where there is none."""
    if not is_answered(value):
        return NOTHING
    return _WORDS[field.kind](field, value)


def shown_run(run: Run) -> str:
    """One run on a line."""
    said = _("%(label)s: %(gpus)d GPUs × %(hours)d h × %(times)d = %(total)s GPU-hours") % {
        "label": run.label,
        "gpus": run.gpus,
        "hours": run.hours,
        "times": run.repetitions,
        "total": number_format(run.gpu_hours, force_grouping=True),
    }
    return f"{said}, {flop_in_words(run.flop)} FLOP" if run.flop else said


def _day(field: Field, value: Any) -> str:
    return date_format(date.fromisoformat(value), "DATE_FORMAT")


_WORDS: dict[Kind, Callable[[Field, Any], str]] = {
    Kind.LINE: lambda _field, value: str(value),
    Kind.TEXT: lambda _field, value: str(value),
    Kind.NUMBER: lambda _field, value: number_format(value, force_grouping=True),
    Kind.DATE: _day,
    Kind.COMING_DATE: _day,
    Kind.CHOICE: lambda field, value: str(dict(field.choices).get(value, value)),
    Kind.CONFIRM: lambda _field, _value: _("confirmed"),
    Kind.RUNS: lambda _field, value: "\n".join(shown_run(run) for run in runs_of(value)),
}
