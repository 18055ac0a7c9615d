"""How an award is taken from pools, what holds it back, and what aid is worth."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.aid import (
    CEILING_CENTS,
    Aid,
    counted_cents,
    first_counted_day,
    room_cents,
    value_cents,
)
from allocations.rules.pools import (
    PoolRoom,
    QuotaRoom,
    ShortageError,
    give_back,
    quota_minutes,
    take,
)

ROOMS = st.lists(
    st.tuples(st.integers(-50, 1000), st.lists(st.integers(-50, 1000), max_size=2)), max_size=5
).map(
    lambda rows: [
        PoolRoom(number, f"pool {number}", free, tuple(QuotaRoom("q", left) for left in quotas))
        for number, (free, quotas) in enumerate(rows)
    ]
)


@given(rooms=ROOMS, minutes=st.integers(1, 4000))
def test_never_more_is_taken_than_pool_and_quota_leave(rooms: list[PoolRoom], minutes: int) -> None:
    most = sum(room.most_minutes for room in rooms)
    if minutes > most:
        with pytest.raises(ShortageError) as refused:
            take(minutes, rooms)
        assert refused.value.most_minutes == most
        return
    taken = take(minutes, rooms)
    assert sum(taken.values()) == minutes
    for room in rooms:
        part = taken.get(room.pool_id, 0)
        assert 0 <= part <= max(room.free_minutes, 0)
        assert all(part <= max(quota.free_minutes, 0) for quota in room.quotas)


def test_what_comes_first_is_used_up_first_and_a_quota_is_named() -> None:
    rooms = [PoolRoom(1, "old", 100, (QuotaRoom("Industry", 30),)), PoolRoom(2, "new", 50)]
    assert take(60, rooms) == {1: 30, 2: 30}
    with pytest.raises(ShortageError) as refused:
        take(81, rooms)
    assert (refused.value.most_minutes, refused.value.quotas) == (80, ("Industry",))


@given(
    drawn=st.lists(st.tuples(st.integers(1, 4), st.integers(-20, 100)), max_size=5),
    minutes=st.integers(0, 500),
)
def test_never_more_comes_back_than_was_drawn(drawn: list[tuple[int, int]], minutes: int) -> None:
    returned = give_back(minutes, drawn)
    there = sum(max(part, 0) for _pool, part in drawn)
    assert sum(returned.values()) == min(minutes, there)
    assert all(part > 0 for part in returned.values())


def test_quota_is_rounded_down() -> None:
    assert quota_minutes(1001, 30) == 300


@pytest.mark.parametrize(
    ("minutes", "price", "cents"), [(60, 250, 250), (90, 250, 375), (1, 250, 4), (0, 250, 0)]
)
def test_value_is_hours_by_price(minutes: int, price: int, cents: int) -> None:
    assert value_cents(minutes, price) == cents


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 11, 25), date(2023, 11, 26)),
        (date(2028, 2, 29), date(2025, 3, 1)),
        (date(2027, 2, 28), date(2024, 2, 29)),
    ],
)
def test_three_years_roll(day: date, first: date) -> None:
    assert first_counted_day(day) == first
    old, new = Aid(date(2020, 1, 1), 5), Aid(first, 7)
    assert counted_cents([old, new], day) == 7
    assert room_cents([Aid(first, 2 * CEILING_CENTS)], day) == 0
