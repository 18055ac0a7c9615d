"""Answers of the long form as people read them: on the application's page, on paper, in a clash."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from allocations.models import Application
from allocations.rules.form.fields import Answers, Field, Kind, is_answered
from allocations.rules.form.sections import asked_fields, pages

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


def shown_sections(application: Application) -> list[ShownSection]:
    """Each section that the application's track shows, as it is stored now."""
    rules = application.rules()
    stored: Mapping[str, Answers] = {
        row.section: row.answers for row in application.section_answers.all()
    }
    return [
        ShownSection(
            section.label,
            tuple(
                ShownAnswer(
                    field.label, shown_answer(field, stored.get(section, {}).get(field.name))
                )
                for field in asked_fields(section, rules.optional_questions)
            ),
        )
        for section in pages(rules.sections, rules.optional_questions)
    ]


def shown_answer(field: Field, value: Any) -> str:
    """One answer in words; a dash where there is none."""
    if not is_answered(value):
        return NOTHING
    if field.kind == Kind.CHOICE:
        return str(dict(field.choices).get(value, value))
    if field.kind == Kind.CONFIRM:
        return _("confirmed")
    if field.kind in (Kind.DATE, Kind.COMING_DATE):
        return date_format(date.fromisoformat(value))
    if field.kind == Kind.NUMBER:
        return number_format(value, force_grouping=True)
    return str(value)
