"""The exporter beside a load of known duty, on a real GPU: `python -m bench.gpu_duty`.

It needs one free GPU, its driver with nvidia-smi, and PyTorch, and about eight minutes. What it
prints is a piece of docs/gpu_measurements.md: utilisation by the exporter and by nvidia-smi beside
the known duty, energy beside the mean of nvidia-smi's power, and what the exporter costs the load.
"""

import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from bench.gpu_load import BEGUN

PORT = 9499
JOB = 1
DUTIES = (0, 25, 50, 100)
SECONDS = 45
INTERVAL_SECONDS = 2
PAIRS = 5
PAIR_SECONDS = 20
SETTLE_SECONDS = 5


@dataclass(frozen=True)
class Measured:
    """One duty as several saw it."""

    duty: int
    exporter_per_cent: float
    smi_per_cent: float
    sm_per_cent: float | None
    exporter_watts: float
    smi_watts: float


def main() -> int:
    """Measure all duties and the slowdown, and print a page."""
    name, uuid = smi("name,uuid")[0]
    driver = smi("driver_version")[0][0]
    print(f"## {name}, driver {driver}, {time.strftime('%Y-%m-%d', time.gmtime())}\n")
    print("| duty | exporter | nvidia-smi | SM activity | power by energy | power by nvidia-smi |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for duty in DUTIES:
        print(row(measured(duty, uuid)), flush=True)
    slowdown = 100 * (median(slowdowns(uuid)) - 1)
    print(f"\nSlowdown of the load by the exporter, median of {PAIRS} pairs: {slowdown:+.2f} %")
    return 0


def row(item: Measured) -> str:
    """A line of the table."""
    sm = "no data" if item.sm_per_cent is None else f"{item.sm_per_cent:.1f} %"
    return (
        f"| {item.duty} % | {item.exporter_per_cent:.1f} % | {item.smi_per_cent:.1f} % | {sm}"
        f" | {item.exporter_watts:.0f} W | {item.smi_watts:.0f} W |"
    )


def measured(duty: int, uuid: str) -> Measured:
    """One duty for a while, seen by both."""
    with exporter(uuid), load(duty, SECONDS + 3 * SETTLE_SECONDS):
        time.sleep(SETTLE_SECONDS)
        before = counters()
        readings = []
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            readings.append([float(cell) for cell in smi("utilization.gpu,power.draw")[0]])
            time.sleep(0.5)
        after = counters()
    grown = {key: after[key] - before.get(key, 0) for key in after}
    seconds = grown["observed_seconds"]
    sm = grown.get("sm_active_seconds")
    return Measured(
        duty=duty,
        exporter_per_cent=100 * grown["utilisation_seconds"] / seconds,
        smi_per_cent=mean(used for used, _watts in readings),
        sm_per_cent=None if sm is None else 100 * sm / seconds,
        exporter_watts=grown["energy_joules"] / seconds,
        smi_watts=mean(watts for _used, watts in readings),
    )


def slowdowns(uuid: str) -> Iterator[float]:
    """How much longer a multiplication takes with the exporter than without, pair by pair."""
    for _pair in range(PAIRS):
        without = seconds_each()
        with exporter(uuid, interval_seconds=1):
            yield seconds_each() / without


def seconds_each() -> float:
    """Seconds for one multiplication at full duty."""
    with load(100, PAIR_SECONDS) as running:
        done, seconds = str(running.communicate()[0]).split()
    return float(seconds) / float(done)


@contextmanager
def exporter(uuid: str, interval_seconds: float = INTERVAL_SECONDS) -> Iterator[None]:
    """The exporter, told that a job has the GPU."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "jobs").mkdir()
        (Path(folder) / "jobs" / uuid).write_text(f"{JOB}\n")
        options = [f"--state-dir={folder}/state", f"--job-map={folder}/jobs", f"--port={PORT}"]
        program = str(Path(sys.executable).with_name("slurm-bridge"))
        words = [program, "gpu-exporter", *options, f"--interval={interval_seconds}"]
        process = subprocess.Popen(words)
        try:
            while not counters():
                time.sleep(0.2)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


@contextmanager
def load(duty: int, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """The load, on the first GPU, from when it has begun: libraries take seconds to load."""
    words = [sys.executable, "-m", "bench.gpu_load", str(duty), str(seconds)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or process.stdout.readline().strip() != BEGUN:
            raise SystemExit("the load does not begin: is there a free GPU, and PyTorch?")
        yield process
    finally:
        process.kill()
        process.wait()


def counters() -> dict[str, float]:
    """The job's counters; none before the exporter serves."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics", timeout=10) as answer:
            page = str(answer.read(), "utf-8")
    except OSError:
        return {}
    pattern = rf'^belfry_gpu_job_(\w+)_total{{[^}}]*job="{JOB}"[^}}]*}} (\S+)$'
    return {name: float(value) for name, value in re.findall(pattern, page, re.MULTILINE)}


def smi(fields: str) -> list[list[str]]:
    """What nvidia-smi says of each GPU."""
    words = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return [[cell.strip() for cell in line.split(",")] for line in text.splitlines()]


if __name__ == "__main__":
    sys.exit(main())
