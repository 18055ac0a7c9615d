"""Mentions in a discussion: `@ada-lovelace` calls Ada Lovelace. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_MENTION = re.compile(r"(?<![\w@.])@([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)", re.IGNORECASE)


def handles(people: Iterable[tuple[int, str]]) -> dict[str, int]:
    """A short name for each person, given as key and name; a second one of a name gets a number."""
    found: dict[str, int] = {}
    for key, name in people:
        stem = _plain(name) or "reviewer"
        handle, number = stem, 1
        while handle in found:
            number += 1
            handle = f"{stem}-{number}"
        found[handle] = key
    return found


def mentioned(text: str, known: Mapping[str, int]) -> list[int]:
    """The keys of those whom a text mentions, each once; unknown names are only text."""
    named = (match[1].lower() for match in _MENTION.finditer(text))
    return list(dict.fromkeys(known[name] for name in named if name in known))


def _plain(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")
