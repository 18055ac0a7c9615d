"""What several reviews say together: mean and spread of each criterion, and its threshold. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocations.rules.rubric import Criterion


@dataclass(frozen=True)
class Consensus:
    """One criterion over all reviews that are in."""

    criterion: Criterion
    scores: tuple[int, ...]

    @property
    def mean(self) -> float | None:
        """None without a score."""
        return sum(self.scores) / len(self.scores) if self.scores else None

    @property
    def lowest(self) -> int | None:
        """None without a score."""
        return min(self.scores, default=None)

    @property
    def highest(self) -> int | None:
        """None without a score."""
        return max(self.scores, default=None)

    @property
    def spread(self) -> int:
        """How far apart the reviewers are."""
        return max(self.scores) - min(self.scores) if self.scores else 0

    @property
    def is_below(self) -> bool:
        """Whether the mean misses the threshold; compared in whole numbers, so exactly."""
        return bool(self.scores) and (
            sum(self.scores) < self.criterion.threshold * len(self.scores)
        )


def consensus(
    criteria: Sequence[Criterion], scores: Sequence[Mapping[str, int]]
) -> list[Consensus]:
    """Each criterion in the order of the rubric, with the score of each review that has one."""
    return [
        Consensus(criterion, tuple(one[criterion.code] for one in scores if criterion.code in one))
        for criterion in criteria
    ]
