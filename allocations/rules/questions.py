"""The sections of the application form, and the questions that a track may leave out. Pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Section(TextChoices):
    """A section of the form, in the order in which they are filled in."""

    ORGANISATION = "organisation", _("Organisation")
    SIZE_AND_AID = "size_and_aid", _("Size and state aid")
    PEOPLE = "people", _("People")
    PROJECT = "project", _("Project")
    TRACK = "track", _("Track")
    RESOURCES = "resources", _("Resources")
    DATA = "data", _("Data")
    TRUSTWORTHY_AI = "trustworthy_ai", _("Trustworthy AI")
    SECURITY = "security", _("Dual use and security")
    PLAN = "plan", _("Plan")
    DECLARATIONS = "declarations", _("Declarations")


ALWAYS_ASKED = frozenset(
    {Section.ORGANISATION, Section.PROJECT, Section.TRACK, Section.RESOURCES, Section.DECLARATIONS}
)
"""No application can be decided without these."""


class Question(TextChoices):
    """A question that a track may ask or leave out."""

    DEPUTY = "deputy", _("Deputy of the principal investigator")
    SIGNATORY = "signatory", _("Signatory of the organisation")
    SECTOR = "sector", _("Sector")
    INNOVATION = "innovation", _("Innovation and impact")
    WHY_GPUS = "why_gpus", _("Why it needs a supercomputer")
    EARLIER_AWARDS = "earlier_awards", _("Earlier awards of computing time")
    TECHNOLOGY_READINESS = "technology_readiness", _("Technology readiness, now and aimed at")
    CONFIDENTIAL_DESCRIPTION = "confidential_description", _("Confidential description")
    RUNS = "runs", _("Table of runs")
    GPU_TYPE = "gpu_type", _("Type of GPU")
    LARGEST_JOB = "largest_job", _("GPUs of the largest job")
    START = "start", _("First day")
    SOFTWARE = "software", _("Software")
    FALLBACK_SITE = "fallback_site", _("Second choice of a site")
    STORAGE = "storage", _("Storage")
    LICENCES = "licences", _("Licences of software")
    BENCHMARK_EVIDENCE = "benchmark_evidence", _("Evidence from benchmarks")
    DELETION = "deletion", _("When data is deleted")
    AI_ACT = "ai_act", _("Category under the AI Act")
    MEMBERS_OUTSIDE_EU = "members_outside_eu", _("Members outside the EU")
    MILESTONES = "milestones", _("Milestones and deliverables")
    OPENNESS = "openness", _("Openness of the results")


SECTION_OF: dict[Question, Section] = {
    Question.DEPUTY: Section.PEOPLE,
    Question.SIGNATORY: Section.PEOPLE,
    Question.SECTOR: Section.PROJECT,
    Question.INNOVATION: Section.PROJECT,
    Question.WHY_GPUS: Section.PROJECT,
    Question.EARLIER_AWARDS: Section.PROJECT,
    Question.TECHNOLOGY_READINESS: Section.PROJECT,
    Question.CONFIDENTIAL_DESCRIPTION: Section.PROJECT,
    Question.RUNS: Section.RESOURCES,
    Question.GPU_TYPE: Section.RESOURCES,
    Question.LARGEST_JOB: Section.RESOURCES,
    Question.START: Section.RESOURCES,
    Question.SOFTWARE: Section.RESOURCES,
    Question.FALLBACK_SITE: Section.RESOURCES,
    Question.STORAGE: Section.RESOURCES,
    Question.LICENCES: Section.RESOURCES,
    Question.BENCHMARK_EVIDENCE: Section.RESOURCES,
    Question.DELETION: Section.DATA,
    Question.AI_ACT: Section.TRUSTWORTHY_AI,
    Question.MEMBERS_OUTSIDE_EU: Section.SECURITY,
    Question.MILESTONES: Section.PLAN,
    Question.OPENNESS: Section.PLAN,
}


def questions_outside(sections: list[str], questions: list[str]) -> list[Question]:
    """The questions whose section is not shown."""
    asked = (Question(question) for question in questions)
    return [question for question in asked if SECTION_OF[question] not in sections]
