"""A question of the long form: how it is asked, what may be answered, and whether it must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allocations.rules.questions import Question

Answers = Mapping[str, Any]
"""What was answered in one section, by the names of its fields; JSON's types only."""

YES, NO = "yes", "no"
YES_OR_NO: tuple[tuple[str, str | Promise], ...] = ((YES, _("Yes")), (NO, _("No")))

MOST_LINE_CHARACTERS = 200
MOST_TEXT_CHARACTERS = 5_000


class Kind(StrEnum):
    """How a question is answered."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    COMING_DATE = "coming_date"
    """Today or later."""
    CHOICE = "choice"
    CONFIRM = "confirm"
    """A sentence that has to be confirmed."""
    RUNS = "runs"
    """The table of runs."""


@dataclass(frozen=True)
class Condition:
    """Another answer of the section upon which a question depends."""

    name: str
    values: frozenset[str]

    def holds(self, answers: Answers) -> bool:
        """Whether the other answer is one of those."""
        return answers.get(self.name) in self.values


@dataclass(frozen=True)
class Field:
    """One question; `asked_if` names the option of a track, `needed_if` another answer."""

    name: str
    label: str | Promise
    kind: Kind
    help_text: str | Promise = ""
    choices: tuple[tuple[str, str | Promise], ...] = ()
    is_offered: bool = False
    """Whether what can be chosen, beside `choices`, depends on the application's track and sites.

    It is stored in words, so that it can be read when nobody offers it any more.
    """
    least: int = 0
    most: int = 0
    asked_if: Question | None = None
    needed_if: Condition | None = None
    is_required: bool = True

    @property
    def most_characters(self) -> int:
        """The longest text that is stored."""
        usual = MOST_LINE_CHARACTERS if self.kind == Kind.LINE else MOST_TEXT_CHARACTERS
        return self.most or usual

    def is_asked(self, questions: frozenset[str]) -> bool:
        """Whether a track that asks these optional questions asks this."""
        return self.asked_if is None or self.asked_if in questions

    def is_needed(self, answers: Answers) -> bool:
        """Whether nothing can be handed in without it, given the section's other answers."""
        if self.needed_if is not None:
            return self.needed_if.holds(answers)
        return self.is_required


def is_answered(value: Any) -> bool:
    """Whether somebody said anything; a sentence that is not confirmed says nothing."""
    return value is not None and value is not False and value not in ("", [], {})
