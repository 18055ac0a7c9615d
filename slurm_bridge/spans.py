"""Cuts a window of accounting in spans, none too long to be repeated after a fault. Pure.

How many jobs a day has nobody knows beforehand: spans grow while there are few and shrink while
there are many. What lies years back is one span, since there is mostly nothing.
"""

from dataclasses import dataclass

HOUR = 3600
DAY = 24 * HOUR
FIRST_SECONDS = 7 * DAY
SHORTEST_SECONDS = HOUR
LONGEST_SECONDS = 92 * DAY
LONG_AGO_SECONDS = 5 * 366 * DAY
# Of a span in the middle of its table slurmdbd's database reads the whole table, so there should
# not be many; of what a span holds, sacct and slurmdbd keep 2 KB a row until all is told.
ROWS_WANTED = 300_000
# One busy or quiet span says little of the next.
MOST_CHANGE = 8


@dataclass(frozen=True)
class Span:
    """From one time to another, in epoch seconds."""

    since: int
    until: int
    is_last: bool


@dataclass
class Spans:
    """The spans of one window, one after the other; together they are the whole of it."""

    since: int
    until: int
    length: int = FIRST_SECONDS

    def next(self) -> Span | None:
        """The next span, or None when the window is through; an empty window is one span."""
        if self.since > self.until:
            return None
        end = min(max(self.since + self.length, self.until - LONG_AGO_SECONDS), self.until)
        span = Span(self.since, end, is_last=end == self.until)
        self.since = end if end < self.until else self.until + 1
        return span

    def had(self, span: Span, rows: int) -> None:
        """Choose the length of what follows by how many rows a span had.

        It is the span's own length that changes: the next one was cut before its rows were known.
        What lies years back says nothing of how long a span may be.
        """
        change = min(max(ROWS_WANTED / max(rows, 1), 1 / MOST_CHANGE), MOST_CHANGE)
        seconds = span.until - span.since
        length = self.length if seconds > LONGEST_SECONDS else seconds
        self.length = min(max(int(length * change), SHORTEST_SECONDS), LONGEST_SECONDS)
