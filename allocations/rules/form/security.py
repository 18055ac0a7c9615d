"""What is asked about dual use and security, and the gate that the purpose opens or shuts."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocations.rules.eligibility import Purpose
from allocations.rules.form.fields import Answers, Condition, Field, Kind
from allocations.rules.questions import Question

PURPOSE = "purpose"
_IS_NOT_CIVIL = Condition(PURPOSE, frozenset({Purpose.DUAL_USE.value, Purpose.MILITARY.value}))

SECURITY = (
    Field(
        PURPOSE,
        gettext_lazy("What the results are for"),
        Kind.CHOICE,
        gettext_lazy("Most of the capacity is for civil use alone."),
        tuple((purpose.value, purpose.label) for purpose in Purpose),
    ),
    Field(
        "dual_use",
        gettext_lazy("What could serve the military, and who would get it"),
        Kind.TEXT,
        gettext_lazy("If the purpose is not civil alone."),
        needed_if=_IS_NOT_CIVIL,
    ),
    Field(
        "export_licence",
        gettext_lazy("Licence for dual-use goods"),
        Kind.LINE,
        gettext_lazy(
            "If the purpose is not civil alone: number and region of the licence, or why none is"
            " needed. Brussels, Flanders and Wallonia each give their own."
        ),
        needed_if=_IS_NOT_CIVIL,
    ),
    Field(
        "no_sanctions",
        gettext_lazy(
            "Neither the organisation, nor its owners, nor anybody in the team is under sanctions"
            " of the EU."
        ),
        Kind.CONFIRM,
    ),
    Field(
        "members_outside_eu",
        gettext_lazy("Members of the team outside the EU"),
        Kind.TEXT,
        gettext_lazy("Who, in which country, and what they do. Leave it empty if there are none."),
        asked_if=Question.MEMBERS_OUTSIDE_EU,
        is_required=False,
    ),
)


def problem_of_purpose(answers: Answers, *, has_gate: bool) -> str | None:
    """Why a purpose cannot be applied for on a track, if it cannot."""
    if has_gate or not _IS_NOT_CIVIL.holds(answers):
        return None
    return _("This track is for civil use alone: start on a track that examines other purposes.")
