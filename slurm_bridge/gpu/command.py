"""`slurm-bridge gpu-exporter`: checks what it is told, then becomes the small process that runs."""

import json
import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

import slurm_bridge
from slurm_bridge.console import print_complaint
from slurm_bridge.errors import FatalConfigError
from slurm_bridge.gpu.listen_address import checked_address

DEFAULT_PORT = 9417
FAULT = 1

# In isolated mode Python looks nowhere else for modules; so our own folder is named.
PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    " from slurm_bridge.gpu.serve import main; sys.exit(main(sys.argv[2]))"
)

Folder = Annotated[
    Path,
    typer.Option("--state-dir", envvar="BELFRY_GPU_STATE_DIR", help="Where counters outlast it."),
]
JobMap = Annotated[
    Path,
    typer.Option("--job-map", envvar="BELFRY_GPU_JOB_MAP", help="What prolog and epilog write."),
]


def gpu_exporter(
    *,
    listen: Annotated[
        str, typer.Option(envvar="BELFRY_GPU_LISTEN", help="One address of this node.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=1, max=65535, envvar="BELFRY_GPU_PORT", help="Where it serves.")
    ] = DEFAULT_PORT,
    interval: Annotated[
        float,
        typer.Option(min=1, max=60, envvar="BELFRY_GPU_INTERVAL", help="Seconds between samples."),
    ] = 10,
    state_dir: Folder = Path("/var/lib/belfry-gpu"),
    job_map: JobMap = Path("/run/belfry-gpu/jobs"),
    node: Annotated[
        str, typer.Option(envvar="BELFRY_GPU_NODE", help="Slurm's name of this node.")
    ] = "",
    slurm_conf: Annotated[
        Path | None, typer.Option(envvar="BELFRY_GPU_SLURM_CONF", help="Of the cluster.")
    ] = None,
    slurm_bin: Annotated[
        Path | None, typer.Option(envvar="BELFRY_GPU_SLURM_BIN", help="Slurm's commands.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Also log every command.")] = False,
) -> None:
    """Sample this node's GPUs, add up what each job's did, and serve it under /metrics.

    Every option may stand in the environment instead, as its help says. Runs until stopped.
    """
    options = {
        "node": node or socket.gethostname().partition(".")[0],
        "port": port,
        "interval_seconds": interval,
        "state_dir": str(state_dir),
        "job_map_dir": str(job_map),
        "slurm_conf": str(slurm_conf) if slurm_conf else None,
        "slurm_bin": str(slurm_bin) if slurm_bin else None,
        "verbose": verbose,
    }
    try:
        options["listen"] = checked_address(listen)
        _require_folder(state_dir)
    except FatalConfigError as error:
        print_complaint(error)
        raise typer.Exit(FAULT) from error
    package = str(Path(slurm_bridge.__file__).resolve().parents[1])
    words = [sys.executable, "-I", "-c", PROGRAM, package, json.dumps(options)]
    os.execv(sys.executable, words)  # noqa: S606 - this process turns into the small one


def _require_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FatalConfigError(f"cannot make {folder}: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FatalConfigError(f"cannot write in {folder}: what is counted would be lost")
