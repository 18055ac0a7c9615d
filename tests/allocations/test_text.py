import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.text import one_line


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
