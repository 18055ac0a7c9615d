import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.text import one_line, several_lines


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("two\r\nlines", "two lines"),
        ("\u2028separated\u2029\x0b\x85text", "separated text"),
        ("turned \u202e round\u2066", "turned round"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("نیم\u200cفاصله", "نیم\u200cفاصله"),
        ("\x00\x1f|tab\tbed", "|tab bed"),
    ],
)
def test_text_is_put_on_one_line(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@given(st.text())
def test_one_line_is_one_line_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


def test_lines_and_empty_lines_of_a_text_stay() -> None:
    typed = "One\r\n\r\n\ttwo \u202eturned\u200b \x00\rthree  \n"
    assert several_lines(typed) == "One\n\n two turned\nthree"


@given(st.text())
def test_text_of_several_lines_stays_as_it_is_once_it_is_clean(text: str) -> None:
    clean = several_lines(text)
    assert several_lines(clean) == clean
    assert "\u202e" not in clean
