"""How a window of accounting is cut."""

from hypothesis import given
from hypothesis import strategies as st

from slurm_bridge.spans import LONG_AGO_SECONDS, LONGEST_SECONDS, SHORTEST_SECONDS, Spans

NOW = 1_800_000_000


@given(since=st.integers(NOW - 2 * LONG_AGO_SECONDS, NOW), rows=st.lists(st.integers(0, 800_000)))
def test_spans_are_the_whole_window_whatever_they_hold(since: int, rows: list[int]) -> None:
    spans = Spans(since, NOW)
    counts = iter(rows)
    found = []
    while span := spans.next():
        found.append(span)
        spans.had(next(counts, 200_000))
    assert (found[0].since, found[-1].until) == (since, NOW)
    assert [span.since for span in found[1:]] == [span.until for span in found[:-1]]
    assert [span.is_last for span in found] == [False] * (len(found) - 1) + [True]
    recent = [span for span in found if span.since >= NOW - LONG_AGO_SECONDS]
    assert all(span.until - span.since <= LONGEST_SECONDS for span in recent)


def test_many_rows_make_spans_shorter_and_few_make_them_longer() -> None:
    spans = Spans(0, NOW)
    for _ in range(20):
        spans.had(500_000)
    assert spans.length == SHORTEST_SECONDS
    for _ in range(20):
        spans.had(10)
    assert spans.length == LONGEST_SECONDS


def test_window_without_length_is_one_span() -> None:
    spans = Spans(NOW, NOW)
    assert spans.next() is not None
    assert spans.next() is None
