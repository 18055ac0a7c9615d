"""Two portals are measured by turns, each in its own process."""

import subprocess
import sys

import pytest

from bench.children import Talk, by_turns

SAYS = """
import json, sys
from itertools import count
from bench.children import answers
numbers = count(int(sys.argv[1]))
answers({"a": lambda: {"p95_ms": next(numbers) % 3, "queries": 4}})
"""


def start(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SAYS, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_quietest_of_the_rounds_counts_for_each() -> None:
    with start("1") as first, start("7") as second:
        small, large = Talk(first), Talk(second)
        assert by_turns(small, large, rounds=2) == (
            {"a": {"p95_ms": 1, "queries": 4}},
            {"a": {"p95_ms": 1, "queries": 4}},
        )
        assert small.answer("a") == {"p95_ms": 0, "queries": 4}


def test_a_child_that_ends_stops_the_benchmark() -> None:
    with start("1") as process:
        talk = Talk(process)
        with pytest.raises(SystemExit):
            talk.answer("unknown")
