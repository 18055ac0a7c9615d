"""Which tracks fit six answers, and why the others do not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.eligibility import (
    Answers,
    Purpose,
    Seat,
    TrackTerms,
    shortest_length,
    verdicts,
)

ENTERPRISES = frozenset({"start_up", "sme", "large"})
FOUNDER = Answers("start_up", Seat.EU, Purpose.CIVIL, gpu_hours=20_000, months=3, aid_euros=0)
FAST = TrackTerms(
    "fl", "Fast Lane", True, ENTERPRISES, 1, 50_000, (1, 2, 3), False, cents_per_gpu_hour=250
)
RESEARCH = TrackTerms(
    "rs", "Research", True, frozenset({"research"}), 20_000, 90_000, (6,), False, 250
)
STRATEGIC = TrackTerms(
    "st", "Strategic", True, ENTERPRISES | {"public"}, 1, 500_000, (3, 12), True, None
)


def reasons(answers: Answers, terms: TrackTerms) -> str:
    [verdict] = verdicts(answers, [terms], enterprise_kinds=ENTERPRISES)
    assert verdict.fits == (not verdict.reasons)
    return " ".join(verdict.reasons)


@pytest.mark.parametrize(
    ("changes", "terms", "words"),
    [
        ({}, FAST, ""),
        ({}, RESEARCH, "not for organisations of your kind"),
        ({"seat": Seat.ASSOCIATED}, FAST, ""),
        ({"seat": Seat.ELSEWHERE}, FAST, "established in the EU"),
        ({"purpose": Purpose.DUAL_USE}, FAST, "civil use alone"),
        ({"purpose": Purpose.MILITARY}, FAST, "civil use alone"),
        ({"purpose": Purpose.MILITARY}, STRATEGIC, ""),
        ({"gpu_hours": 50_000}, FAST, ""),
        ({"gpu_hours": 50_001}, FAST, "ends at 50,000"),
        ({"organisation_kind": "research", "gpu_hours": 19_999}, RESEARCH, "begins at 20,000"),
        ({"organisation_kind": "research", "months": 6}, RESEARCH, ""),
        ({"months": 4}, FAST, "lasts 3 months at most"),
        ({"months": 4}, STRATEGIC, ""),
        ({"aid_euros": 250_000}, FAST, ""),  # 20,000 hours at 2.50 are just the rest
        ({"aid_euros": 250_001}, FAST, "300,000"),
        ({"aid_euros": 300_001}, STRATEGIC, "300,000"),  # whatever the price
        ({"organisation_kind": "research", "aid_euros": 10**9}, RESEARCH, ""),
    ],
)
def test_each_answer_decides_as_the_table_says(
    changes: dict[str, object], terms: TrackTerms, words: str
) -> None:
    found = reasons(replace(FOUNDER, **changes), terms)  # type: ignore[arg-type]
    assert words in found
    assert bool(found) == bool(words)


def test_closed_track_fits_nobody() -> None:
    assert "no applications at present" in reasons(FOUNDER, replace(FAST, is_open=False))


def test_shortest_length_that_is_long_enough_is_proposed() -> None:
    assert shortest_length(STRATEGIC.lengths_in_months, 3) == 3
    assert shortest_length(STRATEGIC.lengths_in_months, 4) == 12
    assert shortest_length(STRATEGIC.lengths_in_months, 13) is None


@given(
    hours=st.integers(1, 10**8), months=st.integers(1, 60), aid=st.integers(0, 10**9),
    more=st.integers(0, 10**6),
)  # fmt: skip
def test_aid_that_one_had_never_makes_a_track_fit(
    hours: int, months: int, aid: int, more: int
) -> None:
    before = replace(FOUNDER, gpu_hours=hours, months=months, aid_euros=aid)
    after = replace(before, aid_euros=aid + more)
    for terms in (FAST, STRATEGIC):
        assert not (reasons(before, terms) and not reasons(after, terms))
