"""The scale on which waits are counted, in Python and in PostgreSQL."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from allocations.actions.rollups import WAIT_BUCKET
from allocations.rules.waits import LAST_BUCKET, WAIT_BOUNDS, bucket_span, wait_bucket

waits = st.integers(0, 300_000_000_000)


@given(seconds=waits)
def test_bucket_holds_the_wait_that_it_is_of(seconds: int) -> None:
    first, beyond = bucket_span(wait_bucket(seconds))
    assert first <= seconds < beyond


@given(shorter=waits, longer=waits)
def test_longer_wait_is_in_no_lower_bucket(shorter: int, longer: int) -> None:
    assert wait_bucket(min(shorter, longer)) <= wait_bucket(max(shorter, longer))


@given(seconds=st.integers(1, 100_000_000_000))
def test_twice_the_wait_is_eight_buckets_further(seconds: int) -> None:
    assert wait_bucket(2 * seconds) == wait_bucket(seconds) + 8


@given(bucket=st.integers(1, LAST_BUCKET - 1))
def test_bucket_is_a_twelfth_wide_at_most_and_meets_the_next(bucket: int) -> None:
    first, beyond = bucket_span(bucket)
    assert 1 < beyond / first < 1 + 1 / 11
    assert bucket_span(bucket + 1)[0] == beyond


@pytest.mark.parametrize(
    ("seconds", "bucket"), [(-5, 0), (0, 0), (1, 1), (2, 9), (3, 13), (4, 17), (3600, 95)]
)
def test_known_waits_have_known_buckets(seconds: int, bucket: int) -> None:
    assert wait_bucket(seconds) == bucket


@pytest.mark.parametrize("bucket", [-1, LAST_BUCKET + 1])
def test_there_are_no_other_buckets(bucket: int) -> None:
    with pytest.raises(ValueError, match="no bucket"):
        bucket_span(bucket)


def test_postgresql_counts_in_the_same_buckets(db: None) -> None:
    near_bounds = {int(bound) + step for bound in WAIT_BOUNDS[:240] for step in (-1, 0, 1, 2)}
    asked = sorted(near_bounds | {-7})
    found = f"""
        SELECT wait, {WAIT_BUCKET} FROM (
            SELECT wait, wait AS started, 0::bigint AS submitted, NULL::bigint AS eligible
            FROM unnest(%(asked)s::bigint[]) AS wait
        ) run
    """
    with connection.cursor() as cursor:
        cursor.execute(found, {"asked": asked, "wait_bounds": list(WAIT_BOUNDS)})
        told = dict(cursor.fetchall())
    assert told == {wait: wait_bucket(wait) for wait in asked}
