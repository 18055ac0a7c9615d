"""Freezes what an application says when it is handed in. Call inside actions."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from accounts.models import Organisation, User
from accounts.organisation_size import size_of
from allocations.models import Application, SubmissionSnapshot, TrackVersion
from allocations.rules.form.fields import Answers
from allocations.rules.form.sections import asked_fields, pages


def take_snapshot(application: Application, actor: User) -> SubmissionSnapshot:
    """A frozen copy of all that the application, locked, says now."""
    return SubmissionSnapshot.objects.create(
        application=application,
        number=application.snapshots.count() + 1,
        content=content_of(application),
        taken_by=actor,
    )


def content_of(application: Application) -> dict[str, Any]:
    """What is frozen, in the order in which it is read: names that people see, no keys of rows."""
    rules = application.rules()
    return {
        "track": {"code": application.track.code, "version": rules.number},
        "title": application.title,
        "organisation": _organisation(application.organisation),
        "abstract": application.abstract,
        "purpose": application.purpose,
        "months": application.months,
        "gpu_hours": {line.site.name: line.gpu_hours for line in application.requested_hours.all()},
        "answers": application.answers,
        "sections": dict(_sections(application, rules)),
        "declarations": _declarations(application),
        "attachments": _attachments(application),
        "team": _team(application),
    }


def _attachments(application: Application) -> dict[str, Any]:
    """Each file by its name; the second of a name bears its number."""
    found: dict[str, Any] = {}
    names = Counter[str]()
    for file in application.attachments.shown():
        names[file.shown_name] += 1
        again = names[file.shown_name]
        name = file.shown_name if again == 1 else f"{file.shown_name} ({again})"
        found[name] = {"size_bytes": file.size_bytes, "sha256": file.sha256}
    return found


def _team(application: Application) -> dict[str, str]:
    """Who works on it, by their addresses, since two may have one name."""
    joined = application.invitations.exclude(accepted_by=None).select_related("accepted_by")
    people = [application.applicant, *(one.accepted_by for one in joined if one.accepted_by)]
    return {person.email: person.full_name for person in people}


def _declarations(application: Application) -> list[dict[str, Any]]:
    """What was signed, by whom and when, in UTC."""
    return [
        {
            "title": signature.text.title,
            "version": signature.text.number,
            "signed_by": signature.signed_by.full_name,
            "signed_at": signature.signed_at.isoformat(),
        }
        for signature in application.declarations.select_related("text", "signed_by")
    ]


def _sections(application: Application, rules: TrackVersion) -> Iterator[tuple[str, Answers]]:
    """What was asked and answered in each section of the long form."""
    stored = {row.section: row.answers for row in application.section_answers.all()}
    for section in pages(rules.sections, rules.optional_questions):
        answers = stored.get(section, {})
        asked = asked_fields(section, rules.optional_questions)
        yield section.value, {field.name: answers.get(field.name) for field in asked}


def _organisation(organisation: Organisation | None) -> dict[str, Any] | None:
    if organisation is None:
        return None
    names = ("name", "enterprise_number", "kind", "legal_form", "postcode", "nace", "website")
    facts = {name: getattr(organisation, name) for name in names}
    founded = organisation.founded_on
    return {
        **facts,
        "founded_on": founded.isoformat() if founded else "",
        "size_class": size_of(organisation).size_class,
    }
