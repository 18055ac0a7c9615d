"""The load whose duty is known really has that duty."""

import pytest

from bench.gpu_load import keep_busy


@pytest.mark.parametrize("share", [0, 0.25, 0.5, 1])
def test_load_is_busy_for_its_share_of_the_time(share: float) -> None:
    now, busy = [100.0], [0.0]

    def multiply() -> None:
        now[0] += 0.0002
        busy[0] += 0.0002

    def sleep(seconds: float) -> None:
        now[0] += seconds

    done = keep_busy(multiply, share, 10, clock=lambda: now[0], sleep=sleep)
    assert busy[0] == pytest.approx(10 * share, abs=0.15)
    assert done == pytest.approx(busy[0] / 0.0002)
