"""How long jobs waited, on a scale so fine that percentiles can be read off counts. Pure.

Eight buckets for each doubling: a bound is about 9 % above the one before. Bucket 0 holds waits
of less than a second, bucket 1 begins at one second, bucket 9 at two, bucket 17 at four.
"""

from bisect import bisect_right

BUCKETS_A_DOUBLING = 8
# 2 to this many seconds is longer than any calendar.
DOUBLINGS = 38
# The powers of two among them are exact, and both ends compare with the same numbers.
WAIT_BOUNDS = tuple(
    2.0 ** (step / BUCKETS_A_DOUBLING) for step in range(DOUBLINGS * BUCKETS_A_DOUBLING + 1)
)
LAST_BUCKET = len(WAIT_BOUNDS)


def wait_bucket(seconds: float) -> int:
    """The bucket of a wait; a negative one, which only a wrong clock makes, is no wait."""
    return bisect_right(WAIT_BOUNDS, seconds)


def bucket_span(bucket: int) -> tuple[float, float]:
    """The shortest wait in a bucket, and the first one beyond it, in seconds."""
    if not 0 <= bucket <= LAST_BUCKET:
        raise ValueError(f"there is no bucket {bucket}")
    first = WAIT_BOUNDS[bucket - 1] if bucket else 0.0
    last = WAIT_BOUNDS[bucket] if bucket < LAST_BUCKET else float("inf")
    return first, last
