"""Which figures may be public: none behind which fewer than five people stand. Pure.

A figure that is left out must not follow from a sum either. So in each table at least two cells are
left out, if any is, and among them one of at least five people: their sum, which the total gives
away, then speaks of at least five. Somebody may be in several cells, so that people of two cells
cannot be added up. Where that cannot be done, the whole figure is left out.
"""

from collections.abc import Mapping

FEWEST_PEOPLE = 5


def hidden_cells(people: Mapping[str, int], *, total: int) -> frozenset[str] | None:
    """The cells of one table that may not be public; None where not even the total may.

    `people` says how many different people stand behind each cell, and `total` behind the total.
    """
    if is_too_few(total):
        return None
    hidden = {name for name, count in people.items() if is_too_few(count)}
    left = sorted((count, name) for name, count in people.items() if count >= FEWEST_PEOPLE)
    if hidden and left:
        hidden.add(left.pop(0)[1])
    if len(hidden) == 1:
        # The only cell that is not empty is the total itself, and yet fewer people: they disagree.
        return None
    return frozenset(hidden)


def is_too_few(people: int) -> bool:
    """Whether so few people stand behind a figure that it speaks of them; nobody is none."""
    return 0 < people < FEWEST_PEOPLE


def people_behind_share(part: int, whole: int) -> int:
    """How many people a share speaks of: its part or the rest, whichever is fewer and not none."""
    return min((count for count in (part, whole - part) if count > 0), default=0)
