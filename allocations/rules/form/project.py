"""What is asked about the project, its plan and its data, beside title, abstract and purpose."""

from django.utils.translation import gettext_lazy as _

from allocations.rules.form.fields import YES, YES_OR_NO, Condition, Field, Kind
from allocations.rules.questions import Question

SECTORS = (
    ("health", _("Health and life sciences")),
    ("industry", _("Manufacturing and industry")),
    ("energy", _("Energy and climate")),
    ("mobility", _("Mobility and logistics")),
    ("agriculture", _("Agriculture and food")),
    ("finance", _("Finance and insurance")),
    ("digital", _("Software and digital services")),
    ("media", _("Media, language and culture")),
    ("space", _("Aerospace")),
    ("security", _("Security and defence")),
    ("public", _("Public services")),
    ("science", _("Basic research")),
    ("other", _("Other")),
)
LEAST_READINESS, MOST_READINESS = 1, 9

PROJECT = (
    Field("sector", _("Sector"), Kind.CHOICE, "", SECTORS, asked_if=Question.SECTOR),
    Field(
        "innovation",
        _("What is new about it"),
        Kind.TEXT,
        _("What exists today, and what you do better or otherwise."),
        asked_if=Question.INNOVATION,
    ),
    Field(
        "impact",
        _("What comes of it"),
        Kind.TEXT,
        _("For you, your customers, science or society; with figures where you have them."),
        asked_if=Question.INNOVATION,
    ),
    Field(
        "why_gpus",
        _("Why it needs a supercomputer"),
        Kind.TEXT,
        _("What you have tried on smaller machines, and why it is not enough."),
        asked_if=Question.WHY_GPUS,
    ),
    Field(
        "readiness_now",
        _("Technology readiness today"),
        Kind.NUMBER,
        _("From 1 (an idea) to 9 (proven in use)."),
        least=LEAST_READINESS,
        most=MOST_READINESS,
        asked_if=Question.TECHNOLOGY_READINESS,
    ),
    Field(
        "readiness_aim",
        _("Technology readiness at the end"),
        Kind.NUMBER,
        least=LEAST_READINESS,
        most=MOST_READINESS,
        asked_if=Question.TECHNOLOGY_READINESS,
    ),
    Field(
        "confidential_description",
        _("Confidential description"),
        Kind.TEXT,
        _("For reviewers alone. Leave it empty if nothing is confidential."),
        asked_if=Question.CONFIDENTIAL_DESCRIPTION,
        is_required=False,
    ),
    Field(
        "earlier_awards",
        _("Earlier awards of computing time"),
        Kind.TEXT,
        _("Where, when, how many GPU-hours, and what came of it. Leave it empty if none."),
        asked_if=Question.EARLIER_AWARDS,
        is_required=False,
    ),
)

PLAN = (
    Field(
        "milestones",
        _("Milestones and deliverables"),
        Kind.TEXT,
        _("What is done by when, one on a line."),
        asked_if=Question.MILESTONES,
    ),
    Field(
        "openness",
        _("Which results will be open, and which not"),
        Kind.TEXT,
        _("Publications, models, data, code; under which licences."),
        asked_if=Question.OPENNESS,
    ),
)

_HAS_PERSONAL_DATA = Condition("personal_data", frozenset({YES}))

DATA = (
    Field(
        "sources",
        _("Where the data comes from"),
        Kind.TEXT,
        _("Each data set, how large it is, and by what right you use it."),
    ),
    Field(
        "personal_data",
        _("Is there personal data in it?"),
        Kind.CHOICE,
        _("Anything about a person who can be identified, pseudonyms included."),
        YES_OR_NO,
    ),
    Field(
        "legal_basis",
        _("Legal basis"),
        Kind.CHOICE,
        _("If there is personal data: article 6 of the GDPR."),
        (
            ("consent", _("Consent")),
            ("contract", _("Contract")),
            ("obligation", _("Legal obligation")),
            ("vital", _("Vital interests")),
            ("public_task", _("Task in the public interest")),
            ("interests", _("Legitimate interests")),
        ),
        needed_if=_HAS_PERSONAL_DATA,
    ),
    Field(
        "impact_assessment",
        _("Data protection impact assessment"),
        Kind.CHOICE,
        _("If there is personal data."),
        (
            ("done", _("Done")),
            ("planned", _("Planned, before the first job")),
            ("not_needed", _("Not needed, and we can say why")),
        ),
        needed_if=_HAS_PERSONAL_DATA,
    ),
    Field(
        "deletion",
        _("When and how data is deleted"),
        Kind.TEXT,
        asked_if=Question.DELETION,
    ),
)
