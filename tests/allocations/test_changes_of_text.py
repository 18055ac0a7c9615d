"""What changed between two versions of what was handed in."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.changes import Mark, changes

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3)
    ),
    max_leaves=8,
)
CONTENTS = st.dictionaries(st.text(max_size=5), VALUES, max_size=4)


def test_words_that_were_added_and_removed_are_marked() -> None:
    [change] = changes({"purpose": "Train a small model"}, {"purpose": "Train a large model now"})
    assert change.path == ("purpose",)
    assert [(piece.mark, piece.text) for piece in change.pieces] == [
        (Mark.KEPT, "Train a "),
        (Mark.REMOVED, "small"),
        (Mark.ADDED, "large"),
        (Mark.KEPT, " model"),
        (Mark.ADDED, " now"),
    ]


def test_what_is_new_or_gone_is_a_change_and_the_rest_is_not() -> None:
    before = {"gpu_hours": {"Zellik": 100, "Charleroi": 5}, "title": "Bells"}
    after = {"gpu_hours": {"Zellik": 200, "LUMI": 1}, "title": "Bells"}
    found = {change.path: change.pieces for change in changes(before, after)}
    assert set(found) == {
        ("gpu_hours", "Zellik"),
        ("gpu_hours", "LUMI"),
        ("gpu_hours", "Charleroi"),
    }
    assert [piece.mark for piece in found["gpu_hours", "Charleroi"]] == [Mark.REMOVED]


@given(before=CONTENTS, after=CONTENTS)
def test_pieces_spell_both_versions(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert changes(before, before) == []
    there_and_back = {change.path for change in changes(after, before)}
    for change in changes(before, after):
        assert change.path in there_and_back
        old = "".join(piece.text for piece in change.pieces if piece.mark != Mark.ADDED)
        new = "".join(piece.text for piece in change.pieces if piece.mark != Mark.REMOVED)
        assert old != new
