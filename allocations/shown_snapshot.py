"""What was frozen at a hand-in, as people read it on paper; any version of its schema."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.size_class import SizeClass
from allocations.rules.form.sections import FIELDS
from allocations.rules.questions import Section
from allocations.shown_answers import NOTHING, ShownAnswer, ShownSection, shown_answer


def shown_snapshot(content: Mapping[str, Any]) -> list[ShownSection]:
    """The parts of the paper, in the order of the form."""
    return [
        ShownSection(_("Project"), tuple(_project(content))),
        ShownSection(_("Organisation"), tuple(_organisation(content.get("organisation") or {}))),
        *_sections(content.get("sections") or {}),
        *_declarations(content.get("declarations") or []),
        *_attachments(content.get("attachments") or {}),
        *_team(content.get("team") or {}),
    ]


def _project(content: Mapping[str, Any]) -> Iterator[ShownAnswer]:
    yield ShownAnswer(_("Title"), content["title"] or NOTHING)
    track = content["track"]
    yield ShownAnswer(_("Track"), _("%(code)s, version %(version)s") % track)
    yield ShownAnswer(_("Public abstract"), content["abstract"] or NOTHING)
    yield ShownAnswer(_("Purpose"), content["purpose"] or NOTHING)
    yield ShownAnswer(_("Length in months"), str(content["months"] or NOTHING))
    for site, hours in content["gpu_hours"].items():
        label = _("GPU-hours at %(site)s") % {"site": site}
        yield ShownAnswer(label, number_format(hours, force_grouping=True))


def _organisation(said: Mapping[str, Any]) -> Iterator[ShownAnswer]:
    kinds, classes = dict(Organisation.Kind.choices), dict(SizeClass.choices)
    yield ShownAnswer(_("Name"), said.get("name") or NOTHING)
    yield ShownAnswer(_("Enterprise number"), said.get("enterprise_number") or NOTHING)
    yield ShownAnswer(_("Kind"), str(kinds.get(said.get("kind") or "", NOTHING)))
    yield ShownAnswer(_("Size"), str(classes.get(said.get("size_class") or "", NOTHING)))
    yield ShownAnswer(_("Legal form"), said.get("legal_form") or NOTHING)
    yield ShownAnswer(_("Founded on"), _day(said.get("founded_on") or ""))
    yield ShownAnswer(_("Postcode of the seat"), said.get("postcode") or NOTHING)
    yield ShownAnswer(_("NACE code"), said.get("nace") or NOTHING)
    yield ShownAnswer(_("Website"), said.get("website") or NOTHING)


def _day(written: str) -> str:
    return date_format(date.fromisoformat(written), "DATE_FORMAT") if written else NOTHING


def _sections(sections: Mapping[str, Mapping[str, Any]]) -> Iterator[ShownSection]:
    """Questions that are no longer asked are left out: their labels are gone."""
    for name, answers in sections.items():
        section = Section(name)
        fields = [field for field in FIELDS.get(section, ()) if field.name in answers]
        yield ShownSection(
            section.label,
            tuple(
                ShownAnswer(field.label, shown_answer(field, answers[field.name]))
                for field in fields
            ),
        )


def _declarations(signed: list[Mapping[str, Any]]) -> Iterator[ShownSection]:
    if signed:
        said = tuple(ShownAnswer(one["title"], _signature(one)) for one in signed)
        yield ShownSection(Section.DECLARATIONS.label, said)


def _attachments(files: Mapping[str, Mapping[str, Any]]) -> Iterator[ShownSection]:
    """Each file with what proves that it is the same."""
    if files:
        yield ShownSection(
            _("Files"),
            tuple(
                ShownAnswer(name, f"{filesizeformat(file['size_bytes'])}, SHA-256 {file['sha256']}")
                for name, file in files.items()
            ),
        )


def _team(people: Mapping[str, str]) -> Iterator[ShownSection]:
    if people:
        said = tuple(ShownAnswer(name, email) for email, name in people.items())
        yield ShownSection(_("Team"), said)


def _signature(one: Mapping[str, Any]) -> str:
    return _("version %(version)s, signed by %(who)s on %(time)s") % {
        "version": one["version"],
        "who": one["signed_by"],
        "time": date_format(localtime(datetime.fromisoformat(one["signed_at"])), "DATETIME_FORMAT"),
    }
