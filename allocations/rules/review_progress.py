"""What a track's reviews still need before somebody may decide. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from allocations.rules.consensus import Consensus


@dataclass(frozen=True)
class ReviewProgress:
    """The reviews of one application, counted."""

    required: int
    handed_in: int
    outstanding: int
    """Assigned, and not handed in."""
    consensus: Sequence[Consensus] = ()

    @property
    def missing(self) -> int:
        """How many reviews are needed before anybody may decide."""
        return max(self.required - self.handed_in, 0)

    @property
    def unassigned(self) -> int:
        """How many more reviewers are needed, if all who were asked hand in."""
        return max(self.missing - self.outstanding, 0)

    @property
    def is_complete(self) -> bool:
        """Whether the reviews that the track requires are in."""
        return not self.missing

    @property
    def below_threshold(self) -> list[Consensus]:
        """The criteria whose mean misses what the track asks for."""
        return [line for line in self.consensus if line.is_below] if self.required else []
