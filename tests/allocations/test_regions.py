import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.rules.percentiles import percentile
from allocations.rules.regions import Region, region_of
from allocations.rules.waits import bucket_span, wait_bucket


@pytest.mark.parametrize(
    ("postcode", "region"),
    [
        ("1000", Region.BRUSSELS),
        ("1299", Region.BRUSSELS),
        ("1300", Region.WALLONIA),
        ("1499", Region.WALLONIA),
        ("1500", Region.FLANDERS),
        ("1731", Region.FLANDERS),
        ("3999", Region.FLANDERS),
        ("4000", Region.WALLONIA),
        ("6000", Region.WALLONIA),
        ("7999", Region.WALLONIA),
        ("8000", Region.FLANDERS),
        ("9999", Region.FLANDERS),
        ("0999", Region.ABROAD),
        ("75001", Region.ABROAD),
        ("1000\n", Region.ABROAD),
        ("١٠٠٠", Region.ABROAD),
        ("", Region.ABROAD),
    ],
)
def test_a_postcode_lies_in_one_region(postcode: str, region: Region) -> None:
    assert region_of(postcode) == region


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50), st.sampled_from([0.5, 0.9]))
def test_a_percentile_lies_in_the_bucket_of_the_true_one(waits: list[int], share: float) -> None:
    counts: dict[int, int] = {}
    for wait in waits:
        counts[wait_bucket(wait)] = counts.get(wait_bucket(wait), 0) + 1
    found = percentile(counts, share, span=bucket_span)
    needed = -(-len(waits) * int(share * 10) // 10)
    first, beyond = bucket_span(wait_bucket(sorted(waits)[needed - 1]))
    assert found is not None
    assert first <= found <= beyond


def test_nothing_counted_has_no_percentile() -> None:
    assert percentile({}, 0.5, span=bucket_span) is None
    assert percentile({3: 0}, 0.5, span=bucket_span) is None
