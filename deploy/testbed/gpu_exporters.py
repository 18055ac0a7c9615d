"""An exporter on each node, on GPUs that play a script: what NVIDIA's driver would be asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from deploy.testbed.fake_nvml.build import build_library
from deploy.testbed.folders import owned_folder
from deploy.testbed.gpus import GPUS_PER_NODE, gpu_uuid
from deploy.testbed.layout import Layout, Site
from deploy.testbed.packages import COMPILER_PACKAGES, install_missing
from deploy.testbed.processes import Service, log_path
from deploy.testbed.sockets import is_listening

INTERVAL_SECONDS = 1
# How busy each GPU of a node is now and then, in per cent: one is never used.
RHYTHMS = ((95, 90, 97, 20), (60, 0, 45, 70), (0, 0, 0, 0), (100, 100, 15, 0))
MINUTES = 200
WATTS_IDLE, WATTS_BUSY = 90, 600
MEMORY_MIB = 141_312


def gpu_exporter_service(
    layout: Layout, site: Site, node: str, *, program: Path, user: str
) -> Service:
    """A node's exporter."""
    folder, port = layout.gpu_folder(node), layout.gpu_exporter_port(site, node)
    options = {
        "node": node,
        "port": port,
        "interval": INTERVAL_SECONDS,
        "state-dir": folder / "counters",
        "job-map": folder / "jobs",
        "slurm-conf": layout.slurm_conf(site),
    }
    return Service(
        name=f"gpus@{node}",
        command=(
            str(program),
            "gpu-exporter",
            *(f"--{name}={value}" for name, value in options.items()),
        ),
        user=user,
        port=port,
        is_ready=lambda: is_listening(port),
        environment={
            "LD_LIBRARY_PATH": str(library_folder(layout)),
            "FAKE_NVML_SCRIPT": str(folder / "script"),
        },
    )


def prepare_gpu_exporters(layout: Layout, sites: tuple[Site, ...], user: str) -> None:
    """Compile the library, and let the GPUs begin to play."""
    install_missing(COMPILER_PACKAGES, log_path(layout, "packages"))
    build_library(library_folder(layout))
    for site in sites:
        for node in site.nodes:
            folder = layout.gpu_folder(node)
            owned_folder(folder, "root")
            owned_folder(folder / "counters", user, 0o700)
            (folder / "script").write_text("\n".join(script_of(node, time.time())) + "\n")


def library_folder(layout: Layout) -> Path:
    """Where the library is that plays GPUs."""
    return layout.state / "gpu" / "library"


def script_of(node: str, began: float) -> Iterator[str]:
    """What a node's GPUs do from a moment on."""
    yield f"start {began:.3f}"
    for index in range(GPUS_PER_NODE):
        yield f"gpu {index} {gpu_uuid(node, index)} {index} Pretended {MEMORY_MIB}"
    for minute in range(MINUTES):
        for index, rhythm in enumerate(RHYTHMS):
            busy = rhythm[minute % len(rhythm)]
            watts = WATTS_IDLE + (WATTS_BUSY - WATTS_IDLE) * busy // 100
            for key, value in (
                ("util", busy),
                ("sm", busy // 2),
                ("tensor", busy // 4),
                ("power", watts),
                ("mem", 800 * busy),
            ):
                yield f"at {60 * minute} {index} {key} {value}"
