"""Minutes of a GPU in few bytes, and back."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from allocations.rules.gpu_minutes import (
    MINUTES_A_BLOCK,
    SECONDS_A_BLOCK,
    Block,
    pack,
    parts_of_blocks,
    unpack,
)


def figures(most: int) -> st.SearchStrategy[list[int | None]]:
    return st.lists(
        st.none() | st.integers(0, most), min_size=MINUTES_A_BLOCK, max_size=MINUTES_A_BLOCK
    )


@settings(max_examples=30, deadline=None)
@given(figures(100), figures(2**24 - 2), figures(5000))
def test_what_is_packed_is_read_back(
    utilisation: list[int | None], memory: list[int | None], power: list[int | None]
) -> None:
    block = Block(utilisation, memory, power)
    assert unpack(pack(block)) == block


def test_a_day_of_noise_is_far_below_ten_kilobytes() -> None:
    noise = random.Random(5)
    packed = 0
    for _block in range(8):
        packed += len(
            pack(
                Block(
                    [noise.randrange(101) for _minute in range(MINUTES_A_BLOCK)],
                    [noise.randrange(140_000) for _minute in range(MINUTES_A_BLOCK)],
                    [noise.randrange(700) for _minute in range(MINUTES_A_BLOCK)],
                )
            )
        )
    assert packed < 9_200


def test_only_gaps_are_filled() -> None:
    block = Block()
    assert block.fill(3, ([1, None], [10, 20], [5, 5]))
    assert block.utilisation_percent[2:6] == [None, 1, None, None]
    assert not block.fill(3, ([9, None], [99, 99], [9, 9])), "what is known stays"
    assert block.fill(4, ([7], [None], [None]))
    assert block.utilisation_percent[3:5] == [1, 7]


def test_minutes_over_a_border_are_parted() -> None:
    start = SECONDS_A_BLOCK - 120
    assert list(parts_of_blocks(start, MINUTES_A_BLOCK + 4)) == [
        (0, MINUTES_A_BLOCK - 2, slice(0, 2)),
        (SECONDS_A_BLOCK, 0, slice(2, MINUTES_A_BLOCK + 2)),
        (2 * SECONDS_A_BLOCK, 0, slice(MINUTES_A_BLOCK + 2, MINUTES_A_BLOCK + 4)),
    ]
