"""The HTML of a mail, made from its text, so that no mail is written twice."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

RULE = "===="
"""A line of these under another makes that a heading."""


@dataclass(frozen=True)
class Block:
    """A part of a mail: `kind` is heading, list, link or text."""

    kind: str
    lines: tuple[str, ...]


def html_of(*, subject: str, text: str, language: str) -> str:
    """A whole page: subject as heading, paragraphs, each link of the portal as a button.

    It fetches nothing, and leaves colours of text and ground to the reader's own settings.
    """
    with translation.override(language):
        return render_to_string(
            "mail/frame.html",
            {"subject": subject, "blocks": list(blocks_of(text)), "portal": settings.PUBLIC_URL},
        )


def blocks_of(text: str) -> Iterator[Block]:
    """The parts of a text: blank lines divide it, and so does another kind of line."""
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        if len(lines) > 1 and lines[1].startswith(RULE):
            yield Block("heading", (lines[0],))
            lines = lines[2:]
        yield from _by_kind(lines)


def _by_kind(lines: list[str]) -> Iterator[Block]:
    gathered: list[str] = []
    kind = ""
    for line in lines:
        found = _kind_of(line)
        if gathered and (found != kind or kind == "link"):
            yield Block(kind, tuple(gathered))
            gathered = []
        kind = found
        gathered.append(line.strip().removeprefix("- ") if kind == "list" else line.strip())
    if gathered:
        yield Block(kind, tuple(gathered))


def _kind_of(line: str) -> str:
    stripped = line.strip()
    if stripped.startswith("- "):
        return "list"
    is_link = stripped.startswith(f"{settings.PUBLIC_URL}/") and " " not in stripped
    return "link" if is_link else "text"
