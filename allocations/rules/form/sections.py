"""The questions of each section, and what is still missing in one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from allocations.rules.form.fields import Answers, Field, Kind, is_answered
from allocations.rules.form.people import PEOPLE, SIZE_AND_AID
from allocations.rules.form.project import DATA, PLAN, PROJECT
from allocations.rules.form.resources import RESOURCES
from allocations.rules.form.security import PURPOSE, SECURITY, problem_of_purpose
from allocations.rules.form.trustworthy_ai import TRUSTWORTHY_AI
from allocations.rules.questions import Section

FIELDS: dict[Section, tuple[Field, ...]] = {
    Section.SIZE_AND_AID: SIZE_AND_AID,
    Section.PEOPLE: PEOPLE,
    Section.PROJECT: PROJECT,
    Section.RESOURCES: RESOURCES,
    Section.DATA: DATA,
    Section.TRUSTWORTHY_AI: TRUSTWORTHY_AI,
    Section.SECURITY: SECURITY,
    Section.PLAN: PLAN,
}


@dataclass(frozen=True)
class MissingAnswer:
    """What keeps a section from being complete, and the field where it is mended."""

    field: str
    text: str


def asked_fields(section: str, questions: Iterable[str]) -> tuple[Field, ...]:
    """What a track with these optional questions asks in a section."""
    chosen = frozenset(questions)
    return tuple(field for field in FIELDS.get(Section(section), ()) if field.is_asked(chosen))


def pages(sections: Iterable[str], questions: Iterable[str]) -> list[Section]:
    """The sections with a page of their own: those shown in which anything is asked."""
    shown, chosen = frozenset(sections), frozenset(questions)
    return [section for section in Section if section in shown and asked_fields(section, chosen)]


def missing_answers(
    fields: Iterable[Field], answers: Answers, *, today: date, has_gate: bool
) -> Iterator[MissingAnswer]:
    """Each question that has to be answered, or whose answer no longer holds."""
    for field in fields:
        value = answers.get(field.name)
        if not is_answered(value):
            if field.is_needed(answers):
                yield MissingAnswer(field.name, _missing(field))
        elif field.kind == Kind.COMING_DATE and date.fromisoformat(str(value)) < today:
            yield MissingAnswer(
                field.name, _("“%(label)s” is over: choose another.") % {"label": field.label}
            )
        elif field.name == PURPOSE and (problem := problem_of_purpose(answers, has_gate=has_gate)):
            yield MissingAnswer(field.name, problem)


def _missing(field: Field) -> str:
    if field.kind == Kind.RUNS:
        return _("Fill in a line of the table of runs at least.")
    if field.kind == Kind.CONFIRM:
        return _("Confirm: “%(label)s”") % {"label": field.label}
    return _("Answer “%(label)s”.") % {"label": field.label}
