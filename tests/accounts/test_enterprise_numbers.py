import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.enterprise_numbers import compact_enterprise_number, show_enterprise_number


@pytest.mark.parametrize("text", ["0403019261", "0403.019.261", "BE0428759497", "be 0428.759.497"])
def test_a_valid_number_is_taken_however_it_is_typed(text: str) -> None:
    assert compact_enterprise_number(text) in {"0403019261", "0428759497"}


def test_an_old_nine_digit_number_is_padded() -> None:
    assert compact_enterprise_number("403019261") == "0403019261"


@pytest.mark.parametrize(
    "text",
    [
        "0431150351",
        "",
        "12",
        "0403019262",
        "x" * 100_000,
        "٠٤٠٣٠١٩٢٦١",
        "0403019261\x00",
        "9999999923",
    ],
)
def test_what_is_no_number_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValidationError, match="number"):
        compact_enterprise_number(text)


@given(st.integers(0, 1), st.integers(0, 9_999_999))
def test_every_number_with_the_right_sum_is_taken(first: int, rest: int) -> None:
    stem = f"{first}{rest:07d}"
    if int(stem) == 0:
        return
    digits = f"{stem}{97 - int(stem) % 97:02d}"
    assert compact_enterprise_number(show_enterprise_number(digits)) == digits
