"""EU Recommendation 2003/361 in figures."""

import pytest

from accounts.size_class import Relation, Size, SizeClass, size_verdict

M = 1_000_000


@pytest.mark.parametrize(
    ("people", "turnover", "balance", "expected"),
    [
        (9, 2 * M, 9 * M, SizeClass.MICRO),
        (9, 2 * M + 1, 2 * M, SizeClass.MICRO),
        (9, 2 * M + 1, 2 * M + 1, SizeClass.SMALL),
        (10, 0, 0, SizeClass.SMALL),
        (49, 10 * M, 99 * M, SizeClass.SMALL),
        (50, 0, 0, SizeClass.MEDIUM),
        (249, 50 * M, 99 * M, SizeClass.MEDIUM),
        (249, 99 * M, 43 * M, SizeClass.MEDIUM),
        (249, 50 * M + 1, 43 * M + 1, SizeClass.LARGE),
        (250, 0, 0, SizeClass.LARGE),
        (0, 0, 0, SizeClass.MICRO),
    ],
)
def test_the_ceilings_are_those_of_the_recommendation(
    people: int, turnover: int, balance: int, expected: SizeClass
) -> None:
    verdict = size_verdict(Size(people, turnover, balance), [], public_percent=0)
    assert verdict.size_class == expected
    assert verdict.is_sme == (expected != SizeClass.LARGE)


def test_partners_count_by_their_share_and_linked_enterprises_in_full() -> None:
    own, other = Size(200, 10 * M, 10 * M), Size(150, 10 * M, 10 * M)
    partner = Relation("Half", is_linked=False, percent=33, size=other)
    linked = Relation("Whole", is_linked=True, percent=60, size=other)
    verdict = size_verdict(own, [partner], public_percent=0)
    assert verdict.size_class == SizeClass.MEDIUM  # 249.5 people
    assert "249.5 people" in " ".join(verdict.reasons)
    assert size_verdict(own, [linked], public_percent=0).size_class == SizeClass.LARGE


def test_a_quarter_in_public_hands_makes_no_sme_whatever_the_figures() -> None:
    assert size_verdict(Size(1, 0, 0), [], public_percent=24).is_sme
    verdict = size_verdict(None, [], public_percent=25)
    assert verdict.size_class == SizeClass.LARGE
    assert "public hands" in verdict.reasons[0]


def test_what_is_unknown_is_asked_for_and_never_guessed() -> None:
    unknown = Relation("Silent NV", is_linked=True, percent=100, size=None)
    assert size_verdict(None, [], public_percent=0).size_class is None
    verdict = size_verdict(Size(1, 0, 0), [unknown], public_percent=0)
    assert verdict.size_class is None
    assert verdict.reasons == ("Enter the figures of Silent NV.",)
