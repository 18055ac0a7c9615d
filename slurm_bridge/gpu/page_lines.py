"""The lines of a page of metrics: a name, labels, a number. Pure, and quicker than a whole parser.

The bridge reads a page of each node each minute, of which it wants a dozen names.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from slurm_bridge.gpu.faults import NodeFaultError

_LINE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \S+)?")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,\s*|$)')
_ESCAPED = re.compile(r"\\(.)")
LONGEST_LINE = 2000


@dataclass(frozen=True)
class Line:
    """One value."""

    name: str
    labels: dict[str, str]
    value: float


def lines_of(page: bytes, wanted: Collection[str]) -> Iterator[Line]:
    """The wanted lines; raises NodeFaultError at the first that is none."""
    try:
        text = page.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NodeFaultError("unreadable", "it is no text") from error
    for line in text.split("\n"):
        if not line or line[0] == "#":
            continue
        found = _LINE.fullmatch(line) if len(line) <= LONGEST_LINE else None
        if found is None:
            raise NodeFaultError("unreadable", f"no line of metrics: {line[:80]!r}")
        name, labels, value = found.groups()
        if name in wanted:
            yield Line(name, _labels(labels or ""), _number(value))


def _labels(text: str) -> dict[str, str]:
    labels, place = {}, 0
    while place < len(text):
        found = _LABEL.match(text, place)
        if found is None:
            raise NodeFaultError("unreadable", f"no labels: {text[:80]!r}")
        labels[found[1]] = _ESCAPED.sub(_unescaped, found[2])
        place = found.end()
    return labels


def _unescaped(found: re.Match[str]) -> str:
    return "\n" if found[1] == "n" else found[1]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise NodeFaultError("unreadable", f"no number: {text[:40]!r}") from error
