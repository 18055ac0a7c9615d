"""Fixtures of the bridge's tests."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.testbed.layout import Layout
from tests.slurm_bridge.clusters import ClusterUnderTest, memory_cluster, real_cluster
from tests.slurm_bridge.ldap_servers import LdapSite, Slapd, running_slapd
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


@pytest.fixture(scope="session")
def shared_slapd(layout: Layout) -> Iterator[Slapd]:
    """A real OpenLDAP server."""
    own = replace(layout, state=layout.state.with_name(f"{layout.state.name}-ldap"))
    with running_slapd(own) as server:
        yield server
    shutil.rmtree(own.state)


@pytest.fixture
def slapd(shared_slapd: Slapd) -> Slapd:
    """A real OpenLDAP server, running at the start of each test, whatever one before did to it."""
    shared_slapd.start()
    return shared_slapd


@pytest.fixture
def ldap_site(slapd: Slapd, tmp_path: Path) -> Iterator[LdapSite]:
    """An empty branch of it, and the bridge's directory there."""
    site = LdapSite(slapd, tmp_path)
    yield site
    site.directory.tree.client.close()
