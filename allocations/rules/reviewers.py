"""Who is proposed as a reviewer: who knows the matter first, then who has least to do. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from allocations.rules.conflicts import ConflictKind

MOST_TAGS = 20
LONGEST_TAG = 40


@dataclass(frozen=True)
class Candidate:
    """Somebody who reviews, as far as one application goes."""

    user_id: int
    name: str
    matching_tags: tuple[str, ...] = ()
    open_reviews: int = 0
    away_until: date | None = None
    conflicts: tuple[ConflictKind, ...] = ()

    def can_review(self, today: date) -> bool:
        """Whether nothing keeps them from it on a day."""
        is_away = self.away_until is not None and self.away_until >= today
        return not self.conflicts and not is_away


def ranked(candidates: Iterable[Candidate], today: date) -> list[Candidate]:
    """Those who can review, the best proposal first."""
    able = (candidate for candidate in candidates if candidate.can_review(today))
    return sorted(able, key=lambda one: (-len(one.matching_tags), one.open_reviews, one.name))


def proposed(candidates: Sequence[Candidate], today: date, number: int) -> list[Candidate]:
    """As many as are still needed."""
    return ranked(candidates, today)[: max(number, 0)]


def matching_tags(tags: Iterable[str], text: str) -> tuple[str, ...]:
    """The tags that occur in a text as whole words, whatever their case."""
    folded = text.casefold()
    return tuple(
        tag
        for tag in tags
        if re.search(rf"(?<!\w){re.escape(tag.casefold())}(?!\w)", folded) is not None
    )


def tags_of(text: str) -> list[str]:
    """Tags as somebody typed them, between commas or on lines: short, each once, in their order."""
    typed = (" ".join(part.split()).lower() for part in re.split(r"[,;\n]", text))
    return list(dict.fromkeys(tag for tag in typed if tag))
