"""What reviewers score, from 0 to 5, and the score that each part needs. Pure."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

LOWEST_SCORE, HIGHEST_SCORE = 0, 5
USUAL_THRESHOLD = 3


@dataclass(frozen=True)
class Criterion:
    """One thing to score; its code stays the same whatever it is called."""

    code: str
    name: str
    threshold: int

    @property
    def shown_name(self) -> str:
        """Its name, in the reader's language where it is one of the usual ones."""
        return str(_(self.name)) if self.name in _USUAL_NAMES else self.name


USUAL_RUBRIC = (
    Criterion("excellence", gettext_noop("Excellence and innovation"), USUAL_THRESHOLD),
    Criterion("impact", gettext_noop("Impact"), USUAL_THRESHOLD),
    Criterion("team", gettext_noop("Implementation and team"), USUAL_THRESHOLD),
    Criterion("resources", gettext_noop("Justification of the resources"), USUAL_THRESHOLD),
)
_USUAL_NAMES = frozenset(criterion.name for criterion in USUAL_RUBRIC)


def with_codes(rows: list[tuple[str, int]], known: list[Criterion]) -> list[Criterion]:
    """Criteria for names and thresholds; a name that is known keeps its code, others get a new."""
    codes = {criterion.name: criterion.code for criterion in (*USUAL_RUBRIC, *known)}
    taken = set(codes.values())
    criteria = []
    for name, threshold in rows:
        code = codes.get(name) or next(
            fresh for number in range(1, 100) if (fresh := f"c{number}") not in taken
        )
        taken.add(code)
        criteria.append(Criterion(code, name, threshold))
    return criteria
