"""What changed since an application was last handed in, as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allocations.models import Application
from allocations.rules.blind import is_shown_blind
from allocations.rules.changes import Path, Piece, changes
from allocations.rules.form.fields import Kind
from allocations.rules.form.sections import FIELDS
from allocations.rules.questions import Section
from allocations.shown_answers import shown_answer

_LABELS: dict[str, str | Promise] = {
    "track": _("Track"),
    "version": _("version"),
    "title": _("Title"),
    "organisation": _("Organisation"),
    "enterprise_number": _("Enterprise number"),
    "name": _("Name"),
    "kind": _("Kind"),
    "postcode": _("Postcode of the seat"),
    "website": _("Website"),
    "legal_form": _("Legal form"),
    "nace": _("NACE code"),
    "founded_on": _("Founded on"),
    "size_class": _("Size"),
    "abstract": _("Public abstract"),
    "purpose": _("Purpose"),
    "months": _("Length in months"),
    "gpu_hours": _("GPU-hours"),
    "answers": _("Answers"),
    "attachments": _("Files"),
    "size_bytes": _("size"),
    "sha256": "SHA-256",
    "team": _("Team"),
    "signed_by": _("Signed by"),
    "signed_at": _("Signed at"),
    **{section.value: section.label for section in Section},
    **{field.name: field.label for fields in FIELDS.values() for field in fields},
}
_CHOICES = {
    field.name: field
    for fields in FIELDS.values()
    for field in fields
    if field.kind in (Kind.CHOICE, Kind.CONFIRM)
}
_LEVELS_WITHOUT_A_NAME = frozenset({"sections"})


@dataclass(frozen=True)
class ShownChange:
    """One answer that is another now, with the words that came and went."""

    label: str
    pieces: tuple[Piece, ...]


def changes_of(application: Application, *, is_blind: bool = False) -> list[ShownChange] | None:
    """What the last hand-in changed; None where there was only one.

    Of what says who applies a blind reader learns nothing.
    """
    latest = list(application.snapshots.order_by("-number")[:2])
    if len(latest) < 2:  # noqa: PLR2004  # two make a difference
        return None
    newer, older = latest
    # What an earlier release did not freeze cannot be said to be new.
    then = _in_words(older.content)
    now = {part: said for part, said in _in_words(newer.content).items() if part in older.content}
    return [
        ShownChange(_label(change.path), change.pieces)
        for change in changes(then, now)
        if not is_blind or is_shown_blind(change.path)
    ]


def _in_words(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with what was chosen as the form calls it."""
    sections = content.get("sections") or {}
    return {**content, "sections": {name: _said(sections[name]) for name in sections}}


def _said(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: shown_answer(_CHOICES[name], said) if said and name in _CHOICES else said
        for name, said in answers.items()
    }


def _label(path: Path) -> str:
    return " › ".join(
        str(_LABELS.get(part, part)) for part in path if part not in _LEVELS_WITHOUT_A_NAME
    )
