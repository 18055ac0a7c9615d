"""Which accounts and QOS are Belfry's: those whose description carries its mark."""

import re

_WORD = re.compile(r"[a-z0-9-]+")
MARK_PREFIX = "belfry-"


def carries_mark(description: str, owner_mark: str) -> bool:
    """Whether the mark stands in the description as a whole word, in any case."""
    return owner_mark.lower() in _WORD.findall(description.lower())


def carries_any_mark(description: str) -> bool:
    """Whether some Belfry, this one or another, has made it."""
    return any(word.startswith(MARK_PREFIX) for word in _WORD.findall(description.lower()))
