"""What changed between two versions of what was handed in. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

Path = tuple[str, ...]


class Mark(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """Some words, and what became of them."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class Change:
    """One answer that is another now."""

    path: Path
    pieces: tuple[Piece, ...]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Each answer that differs, in the order of the newer version, what is gone last."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    paths = [*new, *(path for path in old if path not in new)]
    return [
        Change(path, tuple(_pieces(old.get(path, ""), new.get(path, ""))))
        for path in paths
        if old.get(path, "") != new.get(path, "")
    ]


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Each answer as text, by where it stands."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _leaves(part, (*path, str(name)))
    elif isinstance(value, list):
        for number, part in enumerate(value, start=1):
            yield from _leaves(part, (*path, str(number)))
    else:
        yield path, "" if value is None else str(value)


def _pieces(before: str, after: str) -> Iterator[Piece]:
    """The words of both, in order; a word is never cut."""
    old, new = _words(before), _words(after)
    for operation, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            yield Piece(Mark.KEPT, "".join(new[c:d]))
            continue
        if a < b:
            yield Piece(Mark.REMOVED, "".join(old[a:b]))
        if c < d:
            yield Piece(Mark.ADDED, "".join(new[c:d]))


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\S+", text)
