"""What keeps an application from being handed in, and the parts of the form that say so."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocations.models import Application, DeclarationText, FinalReport, Membership, TrackVersion
from allocations.offered import offered_answers
from allocations.rules.form.sections import Setting, asked_fields, missing_answers, pages
from allocations.rules.questions import Section
from allocations.rules.requests import problems_of_request

SHORTEST_ABSTRACT = 50
FIRST_PART = ""
"""The part of the form without a section of its own: title, organisation, abstract, GPU time."""
DECLARATIONS = Section.DECLARATIONS.value
GPU_TIME = "gpu-time"


@dataclass(frozen=True)
class Missing:
    """One thing that is missing, in words for the applicant, and where it is mended."""

    text: str
    part: str
    href: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class FormPart:
    """One page of the form."""

    name: str
    label: str | Promise
    href: str
    missing: int


def what_is_missing(application: Application) -> list[Missing]:
    """All of it, in the order of the form; empty when it can be handed in."""
    rules = application.rules()
    return [
        *_owed_reports(application),
        *_first_part(application, rules),
        *_sections(application, rules),
        *_declarations(application),
    ]


def parts_of(application: Application, missing: list[Missing]) -> list[FormPart]:
    """The pages of the form that the application's track shows."""
    rules = application.rules()
    shown = [(FIRST_PART, gettext_lazy("Project and GPU time"))]
    shown += [
        (section.value, section.label)
        for section in pages(rules.sections, rules.optional_questions)
    ]
    if Section.DECLARATIONS in rules.sections:
        shown.append((DECLARATIONS, Section.DECLARATIONS.label))
    return [
        FormPart(
            name,
            label,
            address_of_part(application, name),
            sum(item.part == name for item in missing),
        )
        for name, label in shown
    ]


def address_of_part(application: Application, name: str) -> str:
    """The page of a part of the form."""
    if name == FIRST_PART:
        return reverse("edit_application", args=[application.reference])
    if name == DECLARATIONS:
        return reverse("declarations", args=[application.reference])
    return reverse("edit_section", args=[application.reference, name])


def _first_part(application: Application, rules: TrackVersion) -> Iterator[Missing]:
    address = address_of_part(application, FIRST_PART)

    def item(text: str, anchor: str) -> Missing:
        return Missing(text, FIRST_PART, f"{address}#{anchor}")

    if not application.title.strip():
        yield item(_("Give the project a title."), "id_title")
    if application.organisation is None:
        yield item(_("Say for which organisation you apply."), "id_organisation")
    if len(application.abstract.strip()) < SHORTEST_ABSTRACT:
        text = _("Write a public abstract of %(least)d characters at least.")
        yield item(text % {"least": SHORTEST_ABSTRACT}, "id_abstract")
    if not application.purpose.strip():
        yield item(_("Say what you will use the GPU time for."), "id_purpose")
    if application.organisation and application.organisation.kind not in rules.organisation_kinds:
        text = _(
            "This track is not for organisations of the kind “%(kind)s”: start on another track."
        )
        kind = application.organisation.get_kind_display()
        yield item(text % {"kind": kind}, "id_organisation")
    hours = application.requested_hours.all()
    for problem in problems_of_request(
        limits=rules.limits,
        hours_by_site={line.site.name: line.gpu_hours for line in hours},
        months=application.months,
    ):
        yield item(problem, GPU_TIME)


def _owed_reports(application: Application) -> Iterator[Missing]:
    """Final reports that are late and keep it from being handed in for the first time.

    Of a project that the applicant does not lead no more is told than that there is one.
    """
    if application.submitted_at is not None:
        return
    today = timezone.localdate()
    late = list(FinalReport.objects.blocking(application, today).select_related("project"))
    own = _led_by(application.applicant_id, late) if late else []
    for report in own:
        text = _("Hand in the final report of “%(title)s” first: it was due on %(day)s.")
        said = text % {
            "title": report.project.title,
            "day": date_format(report.due_on, "DATE_FORMAT"),
        }
        yield Missing(said, FIRST_PART, report.get_absolute_url())
    if len(late) > len(own):
        text = _(
            "A project of your organisation owes its final report. Ask who leads it to hand it in,"
            " or ask us to let you apply."
        )
        address = f"{address_of_part(application, FIRST_PART)}#id_organisation"
        yield Missing(text, FIRST_PART, address)


def _led_by(leader: int, reports: list[FinalReport]) -> list[FinalReport]:
    leads = Membership.objects.filter(user=leader, role=Membership.Role.LEADER, left_at=None)
    projects = set(leads.values_list("project", flat=True))
    return [report for report in reports if report.project_id in projects]


def _sections(application: Application, rules: TrackVersion) -> Iterator[Missing]:
    stored = {row.section: row.answers for row in application.section_answers.all()}
    asked = {
        section: asked_fields(section, rules.optional_questions)
        for section in pages(rules.sections, rules.optional_questions)
    }
    depends = any(field.is_offered for fields in asked.values() for field in fields)
    setting = Setting(
        today=timezone.localdate(),
        months=application.months,
        has_gate=rules.has_gate,
        offered=offered_answers(application) if depends else {},
    )
    for section, fields in asked.items():
        address = address_of_part(application, section)
        for missing in missing_answers(fields, stored.get(section, {}), setting):
            yield Missing(missing.text, section, f"{address}#id_{missing.field}")


def _declarations(application: Application) -> Iterator[Missing]:
    """Each text that holds today and is not signed; who changes the site signs what it asks."""
    signed = set(application.declarations.values_list("text", flat=True))
    asked = DeclarationText.objects.asked_of(application, timezone.localdate())
    address = address_of_part(application, DECLARATIONS)
    for text in (text for text in asked if text.pk not in signed):
        said = _("Sign “%(title)s”.") % {"title": text.shown_title}
        yield Missing(said, DECLARATIONS, f"{address}#id_text_{text.pk}")


def section_or_none(application: Application, name: str) -> Section | None:
    """The section of that name, if the application's track shows a page of it."""
    rules = application.rules()
    shown = pages(rules.sections, rules.optional_questions)
    return next((section for section in shown if section == name), None)
