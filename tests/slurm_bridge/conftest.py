"""Fixtures of the bridge's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slurm_bridge.clusters import ClusterUnderTest, memory_cluster, real_cluster
from tests.testbed import Testbed


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.slurm)])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ClusterUnderTest]:
    """A Slurm in memory, and the real one: what holds for one must hold for the other."""
    if request.param == "memory":
        yield memory_cluster()
        return
    testbed: Testbed = request.getfixturevalue("testbed")
    with real_cluster(testbed, tmp_path) as real:
        yield real
