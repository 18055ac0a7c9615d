"""A GPU that is busy for a known share of the time: `python -m bench.gpu_load PER_CENT SECONDS`.

It multiplies matrices for that share of each fiftieth of a second, by PyTorch, and says when it has
begun. At the end it tells how many multiplications that were, in how many seconds, and for how many
of these the GPU was busy by its own clock, which is the duty that is known.
"""

import importlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

SIZE = 4096
# NVML's utilisation is of the last sixth of a second, or of a longer time: a period of a second
# would be seen as busy or idle by chance, and always alike by who looks once a second.
PERIOD_SECONDS = 0.02
WARM_UP = 100
BEGUN = "begun"

# So many multiplications in one go; the seconds that the GPU was busy with them.
Burst = Callable[[int], float]


@dataclass(frozen=True)
class Done:
    """What a load came to."""

    multiplications: int
    seconds: float
    busy_seconds: float


def main() -> int:
    """Work for a while; prints the number of multiplications, of seconds, and of busy ones."""
    per_cent, seconds = float(sys.argv[1]), float(sys.argv[2])
    burst = bursts()
    burst(WARM_UP)  # The first ones load libraries.
    print(BEGUN, flush=True)
    done = keep_busy(burst, per_cent / 100, seconds)
    print(done.multiplications, done.seconds, done.busy_seconds)
    return 0


def bursts() -> Burst:
    """Multiplications one right after the other, returning when the GPU has done them."""
    torch = importlib.import_module("torch")
    left = torch.randn(SIZE, SIZE, device="cuda", dtype=torch.bfloat16)
    right = torch.randn(SIZE, SIZE, device="cuda", dtype=torch.bfloat16)
    began, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))

    def burst(count: int) -> float:
        began.record()
        for _ in range(count):
            torch.matmul(left, right)
        ended.record()
        ended.synchronize()
        return float(began.elapsed_time(ended)) / 1000

    return burst


def keep_busy(
    burst: Burst,
    share: float,
    seconds: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Done:
    """Multiply for a share of each period, in one burst each."""
    each = burst(WARM_UP) / WARM_UP
    began, multiplications, busy = clock(), 0, 0.0
    next_period = began
    while clock() - began < seconds:
        if share:
            count = max(1, round(share * PERIOD_SECONDS / each))
            took = burst(count)
            each = took / count  # A GPU that gets warm, or has too little power, is slower.
            multiplications += count
            busy += took
        next_period += PERIOD_SECONDS
        if (early := next_period - clock()) > 0 and share < 1:
            sleep(early)
        else:
            next_period = clock()
    return Done(multiplications, clock() - began, busy)


if __name__ == "__main__":
    sys.exit(main())
