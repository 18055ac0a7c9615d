"""Percentiles of counts in buckets. Pure."""

from collections.abc import Callable, Mapping


def percentile(
    counts: Mapping[int, int], share: float, *, span: Callable[[int], tuple[float, float]]
) -> float | None:
    """The value below which this share of what was counted lies; None where nothing was counted.

    `span` is the least value of a bucket and the first beyond it; inside, values count as spread
    evenly, so that the answer is at most one bucket's width off.
    """
    wanted = share * sum(counts.values())
    below = 0
    for bucket in sorted(counts):
        count = counts[bucket]
        if count and below + count >= wanted:
            first, beyond = span(bucket)
            if beyond == float("inf"):
                return first
            return first + (beyond - first) * (wanted - below) / count
        below += count
    return None
