"""What gathers GPU figures at a site, put together from its configuration."""

from slurm_bridge.config import BridgeConfig
from slurm_bridge.gpu.asked_nodes import AskedNodes
from slurm_bridge.gpu.belfry_exporters import BelfryExporters
from slurm_bridge.gpu.checks import Checks
from slurm_bridge.gpu.dcgm_exporters import DcgmExporters
from slurm_bridge.gpu.findings import Findings
from slurm_bridge.gpu.node_client import NodeClient
from slurm_bridge.gpu.owned_jobs import OwnedJobs
from slurm_bridge.gpu.push_usage import GpuPush, GpuReceiver
from slurm_bridge.gpu.scrape import Exporters, Scrape
from slurm_bridge.slurm.accounting import JobReader
from slurm_bridge.slurm.commands import Commands
from slurm_bridge.slurm.gpu_nodes import gpu_nodes


def gpu_push(config: BridgeConfig, commands: Commands, receiver: GpuReceiver) -> GpuPush | None:
    """What asks the site's nodes; None where the configuration names no exporters."""
    gpu = config.gpu
    if gpu is None:
        return None
    client = NodeClient(timeout_seconds=gpu.timeout_seconds, largest_bytes=gpu.largest_answer_bytes)
    exporters: Exporters
    if gpu.source == "dcgm":
        exporters = DcgmExporters(gpu, client, config.state_dir / "gpu")
    else:
        exporters = BelfryExporters(gpu, client)
    findings = Findings()
    jobs = OwnedJobs(JobReader(commands, config.cluster, config.accounting_timeout_seconds))
    return GpuPush(
        nodes=AskedNodes(config.state_dir / "gpu-nodes.json", lambda: gpu_nodes(commands)),
        scrape=Scrape(exporters, Checks(), jobs, findings, gpu.simultaneous),
        findings=findings,
        exporters=exporters,
        receiver=receiver,
    )
