"""The load whose duty is known really has that duty."""

import pytest

from bench.gpu_load import PERIOD_SECONDS, keep_busy


@pytest.mark.parametrize("share", [0, 0.25, 0.5, 1])
@pytest.mark.parametrize("slower", [1, 1.01])
def test_load_is_busy_for_its_share_of_the_time(share: float, slower: float) -> None:
    now, busy, done, each = [100.0], [0.0], [0], [0.0002]

    def burst(count: int) -> float:
        took = count * each[0]
        each[0] = min(each[0] * slower, 0.0004)  # as a GPU that gets warm
        now[0] += took + 0.00001
        busy[0] += took
        done[0] += count
        return took

    def sleep(seconds: float) -> None:
        now[0] += seconds

    before = 100  # to learn how long one takes
    found = keep_busy(burst, share, 10, clock=lambda: now[0], sleep=sleep)
    assert found.busy_seconds / found.seconds == pytest.approx(share, abs=0.02)
    assert found.busy_seconds == pytest.approx(busy[0] - before * 0.0002)
    assert found.multiplications == done[0] - before
    assert found.seconds == pytest.approx(10, abs=2 * PERIOD_SECONDS)
