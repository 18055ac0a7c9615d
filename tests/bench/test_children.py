"""Two portals are measured by turns, each in its own process."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any, cast

import pytest

from bench.children import Talk, by_turns

SAYS = """
import json
from bench.children import Page, answers
answers({"a page": Page(lambda: None, lambda: {"queries": 4})})
"""


class Told:
    """The other side of a talk, with times that are known beforehand."""

    first = ("a page",)

    def __init__(self, *times: float) -> None:
        self._times: Iterator[float] = iter(times)

    def answer(self, word: str) -> Any:
        wanted, name = word.split(" ", 1)
        assert name == "a page"
        return {"queries": 4} if wanted == "cost" else next(self._times)


def test_growth_is_of_neighbours_and_times_are_of_the_quietest_round() -> None:
    small = cast(Talk, Told(10, 10, 10, 100, 110, 120))
    large = cast(Talk, Told(20, 21, 30, 200, 330, 240))
    assert list(by_turns(small, large, rounds=2, repeats=3)) == [
        (
            "a page",
            {"queries": 4, "median_ms": 10, "p95_ms": 10},
            {"queries": 4, "median_ms": 21, "p95_ms": 30, "growth_ratio": 2.05},
        )
    ]


def start() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SAYS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_a_child_says_what_a_page_costs_and_how_long_it_took() -> None:
    with start() as process:
        talk = Talk(process)
        assert talk.first == ["a page"]
        assert talk.answer("cost a page") == {"queries": 4}
        assert talk.answer("time a page") > 0


def test_a_child_that_ends_stops_the_benchmark() -> None:
    with start() as process:
        talk = Talk(process)
        with pytest.raises(SystemExit):
            talk.answer("time unknown")
