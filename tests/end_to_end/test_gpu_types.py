"""The portal knows which GPUs partitions have, as the form offers them."""

import pytest

from deploy.demo.stack import Stack
from deploy.demo.steps import wait_until
from tests.end_to_end.reports import query

pytestmark = pytest.mark.slurm

REPORTED = """
    SELECT site.code, status.heartbeat -> 'gpu_types' FROM allocations_sitestatus AS status
    JOIN allocations_site AS site ON site.id = status.site_id
    WHERE status.heartbeat -> 'gpu_types' <> '{}'
"""


def test_each_site_reports_the_gpus_of_its_partitions(stack: Stack) -> None:
    wait_until(
        lambda: len(query(stack, REPORTED)) == 2,
        60,
        "the sites did not say which GPUs their partitions have",
        "Read the bridges' logs.",
    )
    types = dict(query(stack, REPORTED))
    assert types["zellik"]["h200"] == ["h200"]
    assert types["charleroi"] == {"gpu": ["a100_40"], "ia": ["a100_80"]}
