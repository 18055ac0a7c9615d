"""Reading a little ahead, in a thread that always ends."""

import threading
from collections.abc import Generator

import pytest

from slurm_bridge.read_ahead import ReadAhead


class Counted:
    """Numbers without end; knows how many were made, and whether it was ended."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.made = 0
        self.is_closed = threading.Event()
        self.fails_at = fails_at

    def numbers(self) -> Generator[int, None, None]:
        try:
            while True:
                if self.made == self.fails_at:
                    raise OSError("away")
                self.made += 1
                yield self.made
        finally:
            self.is_closed.set()


def test_items_come_in_order_and_no_more_are_made_than_fit() -> None:
    counted = Counted()
    ahead = ReadAhead(counted.numbers(), most=3)
    items = iter(ahead)
    assert [next(items) for _ in range(100)] == list(range(1, 101))
    ahead.close()
    assert counted.made <= 100 + 3 + 2


def test_what_the_source_raises_is_raised_after_its_last_item() -> None:
    items = iter(ReadAhead(Counted(fails_at=2).numbers(), most=5))
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(OSError, match="away"):
        next(items)


def test_source_that_is_not_wanted_any_more_is_ended() -> None:
    counted = Counted()
    ahead = ReadAhead(counted.numbers(), most=1)
    ahead.close()
    assert counted.is_closed.is_set()
    ahead.close()


def test_end_of_the_source_is_the_end() -> None:
    assert list(ReadAhead((number for number in (1, 2)), most=1)) == [1, 2]
