"""A partition of a project's own on the testbed's Slurm, over restarts and to its end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.testbed.layout import ZELLIK
from deploy.testbed.processes import start, stop
from deploy.testbed.services import service_named
from deploy.testbed.settings import require_settings
from deploy.testbed.slurm import nodes_not_ready
from slurm_bridge.cycle import Cycle
from slurm_bridge.readiness import ReadinessCheck
from slurm_bridge.slurm.site import SlurmSite
from slurm_bridge.wire import DesiredAccount, DesiredPartition, DesiredState, SyncReport
from tests.slurm_bridge.clusters import PARTITION, SITE, real_cluster, wait_until
from tests.slurm_bridge.test_real_site import RealSite
from tests.testbed import Testbed

pytestmark = pytest.mark.slurm


@pytest.fixture
def site(testbed: Testbed, tmp_path: Path) -> Iterator[RealSite]:
    """A site that keeps its partitions, with a project and a user who is not its member."""
    with real_cluster(testbed, tmp_path, keeps_partitions=True) as cluster:
        slurm = cluster.slurm
        assert isinstance(slurm, SlurmSite)
        real = RealSite(
            testbed, cluster, slurm, Cycle(SITE, slurm, cluster.directory, ReadinessCheck(slurm))
        )
        yield real
        slurm.commands.attempt("scancel", f"--user={real.member},{cluster.users[1].username}")
        wait_until(lambda: not real.queue())


@pytest.fixture
def go(site: RealSite) -> Iterator[Path]:
    """A file for which a job waits; where every user may look for it."""
    path = Path("/tmp") / f"{site.account}-go"
    yield path
    path.unlink(missing_ok=True)


def desired(site: RealSite, **changes: object) -> DesiredState:
    """The project, a second one without a partition of its own, and that partition."""
    state = site.desired()
    other = state.accounts[-1].model_copy(
        update={"name": site.cluster.name("o"), "members": (site.cluster.users[1].username,)}
    )
    values: dict[str, object] = {
        "name": site.account,
        "owner_mark": f"belfry-{site.account}",
        "account": site.account,
        "nodes": "zellik-gpu2",
        "default_minutes": 5,
        "max_minutes": 10,
        "max_nodes": 1,
        "priority": 10,
        "memory_mb_per_cpu": 1000,
    }
    return state.model_copy(
        update={
            "accounts": (*state.accounts, DesiredAccount.model_validate(other.model_dump())),
            "dedicated": (DesiredPartition.model_validate(values | changes),),
        }
    )


def run(site: RealSite, **changes: object) -> SyncReport:
    return site.cycle.run(desired(site, **changes))


def in_own_partition(site: RealSite, *options: str, script: str = "true") -> str:
    """What sbatch said to a member who asked for the project's own partition."""
    done = site.sbatch(f"--partition={site.account}", "--mem=100", *options, script=script)
    return done.stdout.strip() or done.stderr


def restart_slurmctld(site: RealSite, *, kill: bool) -> None:
    """Stopped as an administrator would, or killed without warning; then started again."""
    layout = site.testbed.layout
    slurmctld = service_named(layout, require_settings(layout), "slurmctld@zellik")
    stop(layout, slurmctld, kill=kill)
    start(layout, slurmctld)


def test_partition_serves_its_project_only_and_outlasts_a_kill_of_slurmctld(
    site: RealSite, go: Path
) -> None:
    report = run(site)
    assert [item.reason for item in report.results if item.outcome != "applied"] == []
    assert run(site).results == ()
    stranger = site.testbed.as_user(
        SITE, site.cluster.users[1].username, "sbatch", "--time=5", "--output=/dev/null",
        f"--account={site.cluster.name('o')}", f"--partition={site.account}", "--wrap=true",
    )  # fmt: skip
    assert stranger.returncode != 0
    assert "time limit" in in_own_partition(site, "--time=30")
    # Killed jobs can stay for a minute after a restart of slurmctld; this one ends by itself.
    job = in_own_partition(
        site, script=f"for i in $(seq 600); do [ -e {go} ] && exit; sleep 0.5; done"
    )
    assert job.isdigit(), job
    wait_until(lambda: f"{job} RUNNING" in site.queue())

    for kill in (False, True):
        restart_slurmctld(site, kill=kill)

        assert in_own_partition(site).isdigit()
        assert site.sbatch(f"--partition={PARTITION}").returncode == 0

    wait_until(lambda: not nodes_not_ready(site.testbed.layout, ZELLIK))
    wait_until(lambda: f"{job} RUNNING" in site.queue())
    assert run(site).results == ()
    go.touch()
    wait_until(lambda: not site.queue())


def test_at_its_end_it_takes_no_job_and_goes_after_the_last(site: RealSite) -> None:
    run(site)
    job = in_own_partition(site, script="sleep 300")
    wait_until(lambda: f"{job} RUNNING" in site.queue())

    report = run(site, closed=True)

    assert [(item.change.kind, item.outcome) for item in report.results] == [
        ("modify_partition", "applied"),
        ("delete_partition", "deferred"),
    ]
    assert "not available" in in_own_partition(site)
    assert f"{job} RUNNING" in site.queue()
    site.commands.read("scancel", job)
    wait_until(lambda: not site.queue())
    run(site, closed=True)
    assert not site.cluster.has_partition(site.account)
    assert run(site, closed=True).results == ()
