"""The exporter's process: small, so it imports neither the command line nor the contract.

`slurm-bridge gpu-exporter` checks its options and then turns into this.
"""

import json
import logging
import math
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from slurm_bridge.gpu.exporter import Exporter
from slurm_bridge.gpu.found_jobs import FoundJobs
from slurm_bridge.gpu.http_server import PageServer
from slurm_bridge.gpu.job_of_process import JobsOfProcesses
from slurm_bridge.gpu.jobs import JobFolder
from slurm_bridge.gpu.ledger import Ledger
from slurm_bridge.gpu.nvml import LibraryReplacedError, Nvml
from slurm_bridge.gpu.slurm_record import SlurmRecord
from slurm_bridge.gpu.store import Store
from slurm_bridge.slurm.commands import Commands

log = logging.getLogger(__name__)

# Two samples that are farther apart than so many intervals leave a gap between them.
INTERVALS_TO_A_GAP = 3
# For the service manager to start a process that loads the driver's new library.
RESTART = 75


@dataclass(frozen=True)
class Options:
    """What an exporter is told."""

    node: str
    listen: str
    port: int
    interval_seconds: float
    state_dir: str
    job_map_dir: str
    slurm_conf: str | None = None
    slurm_bin: str | None = None
    command_timeout_seconds: float = 10
    verbose: bool = False


def main(text: str) -> int:
    """Run with options as JSON until told to stop."""
    options = Options(**json.loads(text))
    level = logging.DEBUG if options.verbose else logging.INFO
    logging.basicConfig(stream=sys.stderr, level=level, format="%(levelname)s %(message)s")
    nvml, exporter = build(options)
    try:
        server = PageServer(
            (options.listen, options.port), metrics=exporter.metrics, minutes=exporter.minutes
        )
    except OSError as error:
        log.error("cannot listen on %s:%d: %s", options.listen, options.port, error.strerror)  # noqa: TRY400 - one sentence is all
        return 1
    threading.Thread(target=server.serve_forever, args=(1,), daemon=True).start()
    log.info("serving %s on %s:%d", options.node, options.listen, options.port)
    try:
        return _sample_until_stopped(exporter, options.interval_seconds)
    finally:
        server.server_close()
        exporter.save(with_minutes=True)
        nvml.close()


def build(options: Options) -> tuple[Nvml, Exporter]:
    """An exporter that goes on where its files end."""
    commands = Commands(
        slurm_conf=Path(options.slurm_conf) if options.slurm_conf else None,
        slurm_bin=Path(options.slurm_bin) if options.slurm_bin else None,
        timeout_seconds=options.command_timeout_seconds,
    )
    nvml = Nvml()
    folder = JobFolder(Path(options.job_map_dir))
    ledger = Ledger(longest_gap_seconds=INTERVALS_TO_A_GAP * options.interval_seconds)
    store = Store(Path(options.state_dir))
    store.load(ledger)
    exporter = Exporter(
        node=options.node,
        gpus=nvml,
        jobs=FoundJobs(folder, SlurmRecord(commands, options.node)),
        processes=JobsOfProcesses(commands, options.node),
        ledger=ledger,
        store=store,
    )
    return nvml, exporter


def _sample_until_stopped(exporter: Exporter, interval_seconds: float) -> int:
    stopping = _stop_signals()
    due = time.monotonic()
    while not stopping.is_set():
        try:
            exporter.look()
        except LibraryReplacedError as error:
            log.warning("%s", error)
            return RESTART
        except Exception:
            log.exception("a round of samples failed")
        # By the clock, so that rounds do not drift; a slow one costs those that it ran over.
        now = time.monotonic()
        due += interval_seconds * max(1, math.ceil((now - due) / interval_seconds))
        stopping.wait(due - now)
    return 0


def _stop_signals() -> threading.Event:
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopping
