"""Percentiles of queue waits, read off counts on a scale of buckets. Pure."""

from collections.abc import Mapping

from allocations.rules.waits import bucket_span


def wait_at(share: float, jobs_by_bucket: Mapping[int, int]) -> float | None:
    """The wait in seconds that this share of jobs did not exceed; None without jobs.

    It is the middle of a bucket, so at most 5 % from the exact figure; under a second it is 0.
    """
    needed = share * sum(jobs_by_bucket.values())
    if not needed:
        return None
    for bucket in sorted(jobs_by_bucket):
        needed -= jobs_by_bucket[bucket]
        if needed <= 0:
            return _middle_of(bucket)
    return _middle_of(max(jobs_by_bucket))


def _middle_of(bucket: int) -> float:
    first, beyond = bucket_span(bucket)
    if bucket == 0 or beyond == float("inf"):
        return first
    return (first + beyond) / 2
