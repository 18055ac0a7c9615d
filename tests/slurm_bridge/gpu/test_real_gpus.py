"""Real jobs hold pretended GPUs: prolog, exporters and bridge bring their figures together."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.testbed.gpus import GPUS_PER_NODE, gpu_uuid
from deploy.testbed.layout import ZELLIK
from slurm_bridge.gpu.asked_nodes import AskedNodes
from slurm_bridge.gpu.belfry_exporters import BelfryExporters
from slurm_bridge.gpu.checks import Checks
from slurm_bridge.gpu.findings import Findings
from slurm_bridge.gpu.node_client import NodeClient
from slurm_bridge.gpu.owned_jobs import OwnedJobs
from slurm_bridge.gpu.push_usage import GpuPush
from slurm_bridge.gpu.scrape import Scrape
from slurm_bridge.gpu.scrape_config import GpuConfig
from slurm_bridge.slurm.accounting import JobReader
from slurm_bridge.slurm.gpu_nodes import gpu_nodes
from slurm_bridge.wire_accounting import JobRow
from tests.slurm_bridge.clusters import SITE, ClusterUnderTest, real_cluster, wait_until
from tests.slurm_bridge.gpu.exporters import ExporterProcess
from tests.slurm_bridge.gpu.sites import Portal
from tests.slurm_bridge.test_contract_jobs import account, really_submit
from tests.testbed import Testbed

__all__ = ["account"]

pytestmark = pytest.mark.slurm

INTERVAL_SECONDS = 0.5
BUSY = (1.0, 0.5, 0.0, 0.25)
WATTS = (500, 300, 100, 200)
OBSERVED = "belfry_gpu_job_observed_seconds_total"


@pytest.fixture
def cluster(testbed: Testbed, tmp_path: Path) -> Iterator[ClusterUnderTest]:
    """The real one only."""
    with real_cluster(testbed, tmp_path) as real:
        yield real


@pytest.fixture
def exporters(testbed: Testbed, library: Path) -> Iterator[dict[str, ExporterProcess]]:
    """One on each of Zellik's nodes, in the folder where that node's prolog writes."""
    with ExitStack() as running:
        started = {}
        for node in ZELLIK.nodes:
            folder = testbed.layout.gpu_folder(node)
            shutil.rmtree(folder / "state", ignore_errors=True)
            port = testbed.layout.gpu_exporter_port(ZELLIK, node)
            exporter = ExporterProcess(library, folder, port, node, INTERVAL_SECONDS)
            exporter.script.write_text("\n".join(script_of(node)) + "\n")
            started[node] = running.enter_context(exporter)
        yield started


def script_of(node: str) -> Iterator[str]:
    for index in range(GPUS_PER_NODE):
        yield f"gpu {index} {gpu_uuid(node, index)} {index} Pretended 1000"
        yield f"at 0 {index} util {100 * BUSY[index]}"
        yield f"at 0 {index} power {WATTS[index]}"


def gatherer(testbed: Testbed, folder: Path, portal: Portal) -> GpuPush:
    """The bridge's part, on the real Slurm."""
    commands, findings = testbed.commands(SITE), Findings()
    addresses = {
        node: f"http://127.0.0.1:{testbed.layout.gpu_exporter_port(ZELLIK, node)}"
        for node in ZELLIK.nodes
    }
    exporters = BelfryExporters(
        GpuConfig(addresses=addresses), NodeClient(timeout_seconds=5, largest_bytes=10**6)
    )
    jobs = OwnedJobs(JobReader(commands, SITE))
    return GpuPush(
        nodes=AskedNodes(folder / "gpu-nodes.json", lambda: gpu_nodes(commands)),
        scrape=Scrape(exporters, Checks(), jobs, findings, 4),
        findings=findings,
        exporters=exporters,
        receiver=portal,
    )


def test_figures_of_real_jobs_equal_what_their_gpus_did(
    testbed: Testbed,
    tmp_path: Path,
    cluster: ClusterUnderTest,
    account: str,
    exporters: dict[str, ExporterProcess],
) -> None:
    username, portal = cluster.users[0].username, Portal()
    push = gatherer(testbed, tmp_path, portal)
    wanted = {
        int(
            really_submit(cluster, account, username, f"--gres=gpu:{gpus}", f"--nodelist={node}")
        ): (
            node,
            gpus,
        )
        for node, gpus in zip(ZELLIK.nodes, (4, 2), strict=True)
    }
    for job_id, (node, _gpus) in wanted.items():
        label = f'job="{job_id}"'
        wait_until(lambda e=exporters[node], label=label: observed(e, label) > 5)
    assert push.run({account}) == 6  # While they run.
    testbed.slurm(SITE, "scancel", *map(str, wanted))
    reader = JobReader(testbed.commands(SITE), SITE)
    rows: list[JobRow] = []

    def have_ended() -> bool:
        rows[:] = [r for r in reader.jobs_numbered(wanted, {account}) if isinstance(r, JobRow)]
        return len(rows) == len(wanted) and all(row.ended_at for row in rows)

    wait_until(have_ended)
    for exporter in exporters.values():
        wait_until(lambda e=exporter: not names_of_jobs(e) & set(map(str, wanted)))
    push.run({account})

    assert len(portal.counters) == 6
    assert portal.findings() == []
    for row in rows:
        node, gpus = wanted[row.job_id]
        held = (row.ended_at or 0) - (row.started_at or 0)
        counters = [item for key, item in portal.counters.items() if key[0] == row.job_id]
        assert {item.node for item in counters} == {node}
        assert len({item.gpu for item in counters}) == gpus
        for item in counters:
            index = item.gpu_index or 0
            assert item.gpu == gpu_uuid(node, index)
            # sacct tells whole seconds only, at both ends.
            assert item.observed_seconds == pytest.approx(held, abs=INTERVAL_SECONDS + 1.5)
            seconds = item.observed_seconds
            assert item.utilisation_seconds == pytest.approx(BUSY[index] * seconds, abs=0.01)
            assert item.idle_seconds == pytest.approx(seconds if BUSY[index] == 0 else 0, abs=0.01)
            assert item.energy_joules == pytest.approx(
                WATTS[index] * seconds, abs=WATTS[index] * INTERVAL_SECONDS
            )
            assert not item.shared


def observed(exporter: ExporterProcess, label: str) -> float:
    """The least of what was observed of a job's GPUs."""
    lines = [
        line
        for line in exporter.get("/metrics").splitlines()
        if line.startswith(OBSERVED) and label in line
    ]
    return min((float(line.split()[-1]) for line in lines), default=0)


def names_of_jobs(exporter: ExporterProcess) -> set[str]:
    """What prolog and epilog have left in a node's folder."""
    files = (file for file in exporter.job_map.glob("*") if file.is_file())
    return {job for file in files for job in file.read_text().split()}
