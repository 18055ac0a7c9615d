"""The questions of each section, and what is still missing in one."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from allocations.rules.form.fields import Answers, Field, Kind, is_answered
from allocations.rules.form.people import CONTRACT_UNTIL, PEOPLE, SIZE_AND_AID, problem_of_contract
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


@dataclass(frozen=True)
class Setting:
    """What answers are held against."""

    today: date
    months: int | None
    """For how long GPU time is asked."""
    has_gate: bool
    """Whether the track examines other purposes than civil ones."""
    offered: Mapping[str, Collection[str]]
    """What the track's sites offer, by the question that asks for it."""


def missing_answers(
    fields: Iterable[Field], answers: Answers, setting: Setting
) -> Iterator[MissingAnswer]:
    """Each question that has to be answered, or whose answer does not hold."""
    for field in fields:
        if is_answered(answers.get(field.name)):
            problem = _problem(field, answers, setting)
            if problem:
                yield MissingAnswer(field.name, problem)
        elif field.is_needed(answers):
            yield MissingAnswer(field.name, _missing(field))


def _problem(field: Field, answers: Answers, setting: Setting) -> str | None:
    if field.name == PURPOSE:
        return problem_of_purpose(answers, has_gate=setting.has_gate)
    if field.name == CONTRACT_UNTIL:
        return problem_of_contract(answers, months=setting.months, today=setting.today)
    if field.kind == Kind.COMING_DATE:
        day = date.fromisoformat(str(answers[field.name]))
        if day < setting.today:
            return _("“%(label)s” is over: choose another.") % {"label": field.label}
    if field.is_offered and not _is_offered(field, answers, setting):
        return _("“%(label)s”: “%(answer)s” is not offered here. Choose again.") % {
            "label": field.label,
            "answer": answers[field.name],
        }
    return None


def _is_offered(field: Field, answers: Answers, setting: Setting) -> bool:
    usual = [value for value, _label in field.choices]
    return answers[field.name] in [*usual, *setting.offered.get(field.name, ())]


def _missing(field: Field) -> str:
    if field.kind == Kind.RUNS:
        return _("Fill in a line of the table of runs at least.")
    if field.kind == Kind.CONFIRM:
        return _("Confirm: “%(label)s”") % {"label": field.label}
    return _("Answer “%(label)s”.") % {"label": field.label}
