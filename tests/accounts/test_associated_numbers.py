"""Organisations of associated countries have a number that is checked, and one only."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.enterprise_numbers import (
    compact_enterprise_number,
    is_foreign,
    is_of_eu,
    show_enterprise_number,
)
from portal.environment import ASSOCIATED_COUNTRIES


@pytest.mark.parametrize(
    ("texts", "number"),
    [
        (("CHE-107.787.577 IVA", "CHE-107.787.577 MWST", "ch che107787577"), "CHE107787577"),
        (("NO 988 077 917 MVA", "NO988077917", " no 988077917 "), "NO988077917"),
        (("GB 980 7806 84", "GB980780684 001"), "GB980780684"),
        (("IS 450401-3150",), "IS4504013150"),
        (("UA 32855961",), "UA32855961"),
        (("CA 12302 6635 RC 0001", "CA 12302 6635"), "CA123026635"),
        (("TN 1234567/M/A/E/001", "TN 1234567/M"), "TN1234567M"),
        (("AL J 91402501 L",), "ALJ91402501L"),
        (("GE 404 123 456", "GE404123456"), "GE404123456"),
    ],
)
def test_one_enterprise_has_one_number_however_it_is_typed(
    texts: tuple[str, ...], number: str
) -> None:
    assert {compact_enterprise_number(text) for text in texts} == {number}
    assert compact_enterprise_number(number) == number
    assert show_enterprise_number(number) == number
    assert is_foreign(number)
    assert not is_of_eu(number)


@pytest.mark.parametrize(
    "text",
    [
        "NO988077918",  # the sum is wrong
        "CHE-107.787.578",
        "GB 980 7806 85",
        "NO",
        "NO" + "9" * 1_000_000,
        "NO988077917\x00",
        "NO\u06609\u0668\u0668077917",
        "NO<b>988077917</b>",
        "GE",
        "GEABCDEF",
        "GE" + "1" * 16,
        "GE=1+1",
        "XK" + "\u202e12345",
        "US123456789",  # not associated
        "UK980780684",
    ],
)
def test_what_is_no_number_there_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValidationError, match="associated country"):
        compact_enterprise_number(text)


@given(st.sampled_from(ASSOCIATED_COUNTRIES), st.text(max_size=24))
def test_whatever_is_typed_becomes_a_number_that_stays_itself_or_is_refused(
    country: str, text: str
) -> None:
    try:
        number = compact_enterprise_number(country + text)
    except ValidationError:
        return
    assert number.isascii()
    assert len(number) <= 20
    assert compact_enterprise_number(number) == number


def test_which_countries_count_is_a_setting(settings: Settings) -> None:
    settings.ASSOCIATED_COUNTRIES = frozenset({"CH"})
    assert compact_enterprise_number("CHE-107.787.577") == "CHE107787577"
    with pytest.raises(ValidationError):
        compact_enterprise_number("NO988077917")
    assert is_of_eu("LU26375245")
    assert is_of_eu("0403019261")
