"""What the exporter costs a compute node of 8 GPUs at a sample each 10 s: `make bench-gpu`.

The process is started as on a node, by its command. GPUs are played by a library in C that answers
at once, so this is the exporter's own cost without the driver's; docs/gpu_measurements.md tells how
to measure that on a GPU. Eight jobs run, two hundred are over, and the pages are read as often as
the bridge and a Prometheus would.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.results import store
from deploy.testbed.fake_nvml.build import build_library
from deploy.testbed.layout import REPOSITORY, layout_from_environment

GPUS = 8
INTERVAL_SECONDS = 10
SECONDS = 240
BRIDGE_EVERY_SECONDS, PROMETHEUS_EVERY_SECONDS = 60, 15
OVER = 200
MOST_PERCENT, MOST_MB = 0.5, 60
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PORT_OFFSET = 97


def main() -> int:
    """Measure, print, store; 1 if it costs more than it may."""
    port = layout_from_environment().port_base + PORT_OFFSET
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(Path(folder), port)
    store("gpu", figures)
    show(figures)
    return int(figures["cpu_core_percent"] >= MOST_PERCENT or figures["memory_mb"] >= MOST_MB)


def measured(folder: Path, port: int) -> dict[str, float]:
    """One exporter, watched for some minutes once it has begun."""
    process = started(folder, port)
    try:
        rounds: list[float] = []
        wait_for(port)
        end_jobs(folder, port)
        time.sleep(2 * INTERVAL_SECONDS)
        began, used = time.monotonic(), processor_seconds(process.pid)
        for second in range(SECONDS):
            rounds += read_as_others_would(port, second)
            time.sleep(max(0, began + second + 1 - time.monotonic()))
        seconds = time.monotonic() - began
        share = (processor_seconds(process.pid) - used) / seconds
        return {
            "cpu_core_percent": round(100 * share, 3),
            "memory_mb": round(most_memory_mb(process.pid), 1),
            "sample_ms": round(1000 * median(rounds), 1),
            "gpus": GPUS,
            "seconds": round(seconds),
            "counters": GPUS + OVER,
        }
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def started(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """The exporter, as its service starts it, with jobs on all GPUs."""
    library = build_library(folder / "library")
    (folder / "script").write_text(script())
    jobs = folder / "jobs"
    jobs.mkdir()
    for index in range(GPUS):
        ended = range(1000 + index, 1000 + OVER, GPUS)
        (jobs / uuid(index)).write_text("".join(f"{job}\n" for job in ended))
    # Many jobs on one GPU are held against Slurm's own record, which here knows them all.
    (folder / "bin").mkdir()
    squeue = folder / "bin" / "squeue"
    squeue.write_text(f"#!/bin/sh\nseq 1000 {1000 + OVER}\n")
    scontrol = folder / "bin" / "scontrol"
    scontrol.write_text("#!/bin/sh\n")
    for program in (squeue, scontrol):
        program.chmod(0o755)
    command = [str(REPOSITORY / ".venv/bin/slurm-bridge"), "gpu-exporter", f"--port={port}"]
    folders = [f"--state-dir={folder / 'state'}", f"--job-map={jobs}", "--slurm-bin"]
    return subprocess.Popen(
        [*command, *folders, str(folder / "bin"), f"--interval={INTERVAL_SECONDS}", "--node=bench"],
        env={
            "PATH": os.defpath,
            "LD_LIBRARY_PATH": str(library.parent),
            "FAKE_NVML_SCRIPT": str(folder / "script"),
        },
    )


def end_jobs(folder: Path, port: int) -> None:
    """Let the many jobs be over, once they were seen, and one run on each GPU."""
    while 'job="' not in page(port, "/metrics"):
        time.sleep(0.2)
    for index in range(GPUS):
        (folder / "jobs" / uuid(index)).write_text(f"{2000 + index}\n")


def script() -> str:
    """GPUs that are now busy and now idle."""
    lines = [f"gpu {index} {uuid(index)} {index} H200 141312" for index in range(GPUS)]
    lines += [f"process {index} {4000 + index} 90000 60" for index in range(GPUS)]
    for second in range(0, SECONDS + 60, 30):
        busy = second // 30 % 2
        lines += [f"at {second} * util {90 * busy}", f"at {second} * power {200 + 450 * busy}"]
        lines += [f"at {second} * sm {70 * busy}", f"at {second} * mem {90000 * busy}"]
    return "\n".join(lines) + "\n"


def uuid(index: int) -> str:
    """The UUID of a GPU."""
    return f"GPU-{index:08x}-0000-0000-0000-000000000000"


def wait_for(port: int) -> None:
    """Return once the exporter serves."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            page(port, "/metrics")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the exporter does not serve")


def read_as_others_would(port: int, second: int) -> list[float]:
    """Ask for the pages if it is time; how long the latest round of samples took, if it was."""
    if second % BRIDGE_EVERY_SECONDS == 0:
        page(port, "/metrics")
        page(port, f"/minutes?since={int(time.time()) - 240}")
    if second % PROMETHEUS_EVERY_SECONDS == 0:
        return [value(page(port, "/metrics"), "belfry_gpu_round_seconds")]
    return []


def page(port: int, path: str) -> str:
    """One of its pages."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read(), "utf-8")


def value(text: str, name: str) -> float:
    """The only value of that name on a page."""
    (found,) = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(found.split()[1])


def processor_seconds(pid: int) -> float:
    """Processor time of a process with the programs that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICKS_A_SECOND


def most_memory_mb(pid: int) -> float:
    """The most memory that it has had at a time, libraries shared with others included."""
    lines = dict(line.split(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


def show(figures: dict[str, float]) -> None:
    """The figures for people."""
    table = Table(title=f"The exporter at {GPUS} GPUs and {INTERVAL_SECONDS} s")
    for heading in ("", "measured", "required"):
        table.add_column(heading, justify="left" if not heading else "right")
    table.add_row("share of a core", f"{figures['cpu_core_percent']} %", f"< {MOST_PERCENT} %")
    table.add_row("memory, at most", f"{figures['memory_mb']} MB", f"< {MOST_MB} MB")
    table.add_row("time for a sample", f"{figures['sample_ms']} ms", "")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
