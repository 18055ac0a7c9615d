from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.suppression import (
    FEWEST_PEOPLE,
    hidden_cells,
    is_too_few,
    people_behind_share,
)

# Who stands behind each cell: people may be in several cells, and cells may be empty.
tables = st.dictionaries(
    st.sampled_from("abcde"), st.frozensets(st.integers(0, 15), max_size=9), max_size=5
)


def counted(table: dict[str, frozenset[int]]) -> tuple[dict[str, int], int]:
    everybody = frozenset().union(*table.values())
    return {name: len(people) for name, people in table.items()}, len(everybody)


@given(tables)
def test_no_figure_of_one_to_four_people_is_public(table: dict[str, frozenset[int]]) -> None:
    people, total = counted(table)
    hidden = hidden_cells(people, total=total)
    if hidden is None:
        return
    assert not is_too_few(total)
    assert all(name in hidden for name, count in people.items() if is_too_few(count))


@given(tables)
def test_what_the_total_gives_away_of_hidden_cells_speaks_of_five_people_or_more(
    table: dict[str, frozenset[int]],
) -> None:
    people, total = counted(table)
    hidden = hidden_cells(people, total=total)
    if hidden:
        assert len(hidden) >= 2
        assert len(frozenset().union(*(table[name] for name in hidden))) >= FEWEST_PEOPLE


@given(tables)
def test_nothing_is_hidden_without_need(table: dict[str, frozenset[int]]) -> None:
    people, total = counted(table)
    if not any(is_too_few(count) for count in [*people.values(), total]):
        assert hidden_cells(people, total=total) == frozenset()


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_share_speaks_of_its_smaller_side(part: int, rest: int) -> None:
    people = people_behind_share(part, part + rest)
    sides = [side for side in (part, rest) if side]
    assert people == (min(sides) if sides else 0)


def test_the_smallest_larger_cell_is_hidden_with_a_small_one() -> None:
    assert hidden_cells({"a": 3, "b": 20, "c": 7, "d": 0}, total=30) == {"a", "c"}


def test_a_small_whole_is_not_public_at_all() -> None:
    assert hidden_cells({"a": 4, "b": 0}, total=4) is None
