"""How a window of accounting is cut."""

from hypothesis import given
from hypothesis import strategies as st

from slurm_bridge.spans import (
    DAY,
    FIRST_SECONDS,
    LONG_AGO_SECONDS,
    LONGEST_SECONDS,
    MOST_CHANGE,
    ROWS_WANTED,
    SHORTEST_SECONDS,
    Span,
    Spans,
)

NOW = 1_800_000_000


@given(since=st.integers(NOW - 2 * LONG_AGO_SECONDS, NOW), rows=st.lists(st.integers(0, 800_000)))
def test_spans_are_the_whole_window_whatever_they_hold(since: int, rows: list[int]) -> None:
    spans = Spans(since, NOW)
    counts = iter(rows)
    found = []
    while span := spans.next():
        found.append(span)
        spans.had(span, next(counts, 200_000))
    assert (found[0].since, found[-1].until) == (since, NOW)
    assert [span.since for span in found[1:]] == [span.until for span in found[:-1]]
    assert [span.is_last for span in found] == [False] * (len(found) - 1) + [True]
    recent = [span for span in found if span.since >= NOW - LONG_AGO_SECONDS]
    assert all(span.until - span.since <= LONGEST_SECONDS for span in recent)


def test_many_rows_make_spans_shorter_and_few_make_them_longer() -> None:
    spans = Spans(0, NOW)
    for _ in range(20):
        spans.had(Span(0, spans.length, is_last=False), 500_000)
    assert spans.length == SHORTEST_SECONDS
    for _ in range(20):
        spans.had(Span(0, spans.length, is_last=False), 10)
    assert spans.length == LONGEST_SECONDS


def test_spans_that_are_read_ahead_hold_about_as_many_rows_as_wanted() -> None:
    """Each is cut while the one before is read, so what a span says comes one span late."""
    a_day = 5_000
    spans = Spans(NOW - 1_000 * DAY, NOW)
    ahead, held = spans.next(), []
    while ahead:
        span, ahead = ahead, spans.next()
        held.append((span.until - span.since) * a_day // DAY)
        spans.had(span, held[-1])
    assert held[:2] == [7 * a_day] * 2
    assert all(ROWS_WANTED // 2 < rows <= ROWS_WANTED for rows in held[2:-1]), held


def test_years_without_jobs_make_no_later_span_long() -> None:
    spans = Spans(0, NOW)
    long_ago = spans.next()
    assert long_ago is not None
    spans.had(long_ago, 0)
    assert spans.length == MOST_CHANGE * FIRST_SECONDS


def test_window_without_length_is_one_span() -> None:
    spans = Spans(NOW, NOW)
    assert spans.next() is not None
    assert spans.next() is None
