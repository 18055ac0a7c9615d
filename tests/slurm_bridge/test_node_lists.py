"""Lists of nodes: one form for each, and none that could hurt."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slurm_bridge.node_lists import NodeListError, fold, folded, nodes_of


@pytest.mark.parametrize(
    ("written", "shortest"),
    [
        ("n3,n1,n2", "n[1-3]"),
        ("n[08-10],n11", "n[08-11]"),
        ("n[1-2,4],big1", "big1,n[1-2,4]"),
        ("rack1-n[1-2],rack2-n[1-2]", "rack1-n[1-2],rack2-n[1-2]"),
        ("login.example.org", "login.example.org"),
        ("", ""),
    ],
)
def test_every_way_of_writing_a_list_has_one_form(written: str, shortest: str) -> None:
    assert folded(written) == shortest


@pytest.mark.parametrize(
    "hostile",
    [
        "node[1-99999999]",
        "node[1-9999,10000-20000]",
        ",".join(["n[1-9999]"] * 20),
        "n" * 5000,
        "@all",
        "n1,@login:x",
        "n[1-2]!n1",
        "n*",
        "n1 n2",
        "n1;rm -rf /",
        "n[1-2",
        "n[]",
        "n[2-1]",
        "n[1-2][3-4]",
        "n1,,n2",
        "-n1",
        "n1\nPartitionName=x",
        "n[1-999999999999]",
        "ñ1",
    ],
)
def test_hostile_list_is_refused_at_once(hostile: str) -> None:
    began = time.monotonic()
    with pytest.raises(NodeListError):
        nodes_of(hostile)
    assert time.monotonic() - began < 5


@given(st.text(max_size=60))
def test_any_text_is_a_list_or_refused(text: str) -> None:
    try:
        names = nodes_of(text)
    except NodeListError:
        return
    assert all(name.isascii() and not name.startswith("@") for name in names)


@given(st.sets(st.integers(1, 300), min_size=1, max_size=40))
def test_folding_loses_no_node(numbers: set[int]) -> None:
    names = {f"node{number}" for number in numbers}

    assert nodes_of(folded(",".join(sorted(names)))) == names
    assert nodes_of(fold(names)) == names


def test_nodes_of_a_large_cluster_are_folded_whatever_their_number() -> None:
    assert fold(f"n{number}" for number in range(1, 20_001)) == "n[1-20000]"
