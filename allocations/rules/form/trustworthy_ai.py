"""What is asked about trustworthy AI: seven requirements, in our own words, and the AI Act."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from allocations.rules.form.fields import Field, Kind
from allocations.rules.questions import Question

_MET: tuple[tuple[str, str | Promise], ...] = (
    ("yes", _("Yes")),
    ("partly", _("Partly")),
    ("no", _("No")),
    ("not_applicable", _("Does not apply")),
)

_REQUIREMENTS: tuple[tuple[str, str | Promise, str | Promise], ...] = (
    (
        "human_oversight",
        _("People stay in charge"),
        _("Somebody can understand, correct and stop what the system does."),
    ),
    (
        "robustness",
        _("It is robust and safe"),
        _("It withstands faults and attacks, and fails without doing harm."),
    ),
    (
        "privacy",
        _("Privacy and data are looked after"),
        _("Data is needed, lawful, of known quality, and only those see it who must."),
    ),
    (
        "transparency",
        _("It can be explained"),
        _("It is documented how it came about and decides, and people know that they face an AI."),
    ),
    (
        "fairness",
        _("It is fair"),
        _("Nobody is treated worse because of who they are, and everybody can use it."),
    ),
    (
        "well_being",
        _("Society and nature are considered"),
        _("Energy, work and public life: what it costs and changes beyond its users."),
    ),
    (
        "accountability",
        _("Somebody answers for it"),
        _("It can be audited, risks are written down, and who is harmed can complain."),
    ),
)


def _requirements() -> Iterator[Field]:
    for name, label, help_text in _REQUIREMENTS:
        yield Field(name, label, Kind.CHOICE, help_text, _MET)
        yield Field(f"{name}_why", format_lazy(_("{label}: why"), label=label), Kind.LINE, most=500)


TRUSTWORTHY_AI = (
    *_requirements(),
    Field(
        "ai_act_category",
        _("Category under the AI Act"),
        Kind.CHOICE,
        _("Of what comes of the project, once it is put to use in the EU."),
        (
            ("research", _("Research and development only, not put to use")),
            ("minimal", _("Minimal or no risk")),
            ("transparency", _("Duties of transparency (article 50)")),
            ("high", _("High risk (article 6)")),
            ("general", _("General-purpose model (article 51 and after)")),
            ("none", _("No AI system")),
        ),
        asked_if=Question.AI_ACT,
    ),
    Field(
        "no_prohibited_practice",
        _("The project serves no practice that article 5 of the AI Act prohibits."),
        Kind.CONFIRM,
        _(
            "Such as manipulating people, exploiting their weakness, social scoring, or reading"
            " faces from the internet at large."
        ),
        asked_if=Question.AI_ACT,
    ),
)
