"""A GPU that is busy for a known share of the time: `python -m bench.gpu_load PER_CENT SECONDS`.

It multiplies matrices for that share of each fiftieth of a second, by PyTorch, says when it has
begun, and at the end how often it did.
"""

import importlib
import sys
import time
from collections.abc import Callable

SIZE = 4096
# NVML's utilisation is of the last sixth of a second, or of a longer time: a period of a second
# would be seen as busy or idle by chance, and always alike by who looks once a second.
PERIOD_SECONDS = 0.02
SHORTEST_SLEEP_SECONDS = 0.0001
BEGUN = "begun"


def main() -> int:
    """Work for a while; prints the number of multiplications and of seconds."""
    per_cent, seconds = float(sys.argv[1]), float(sys.argv[2])
    multiply = multiplication()
    multiply()  # The first one loads libraries.
    print(BEGUN, flush=True)
    began = time.monotonic()
    done = keep_busy(multiply, per_cent / 100, seconds)
    print(done, time.monotonic() - began)
    return 0


def multiplication() -> Callable[[], None]:
    """One multiplication, returning when the GPU has done it."""
    torch = importlib.import_module("torch")
    left = torch.randn(SIZE, SIZE, device="cuda", dtype=torch.bfloat16)
    right = torch.randn(SIZE, SIZE, device="cuda", dtype=torch.bfloat16)

    def multiply() -> None:
        torch.matmul(left, right)
        torch.cuda.synchronize()

    return multiply


def keep_busy(
    multiply: Callable[[], None],
    share: float,
    seconds: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Multiply for a share of each period; returns how often."""
    began, done = clock(), 0
    while (passed := clock() - began) < seconds:
        place = passed % PERIOD_SECONDS
        if place < share * PERIOD_SECONDS:
            multiply()
            done += 1
        else:
            sleep(max(PERIOD_SECONDS - place, SHORTEST_SLEEP_SECONDS))
    return done


if __name__ == "__main__":
    sys.exit(main())
