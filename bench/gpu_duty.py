"""The exporter beside a load of known duty, on a real GPU: `python -m bench.gpu_duty`.

It needs one free GPU, its driver with nvidia-smi, and PyTorch, and about seven minutes. What it
prints is a piece of docs/gpu_measurements.md: utilisation by the exporter and by nvidia-smi beside
the known duty, energy beside the mean of nvidia-smi's power, memory beside nvidia-smi's, what the
exporter costs the load and the node, and whether it needs root's powers for all that.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from bench.gpu import most_memory_mb, page, processor_seconds, value
from bench.gpu_load import BEGUN

PORT = 9499
JOB = 1
DUTIES = (0, 25, 50, 100)
SECONDS = 20
INTERVAL_SECONDS = 2
PAIRS = 5
PAIR_SECONDS = 8
SETTLE_SECONDS = 5
NOBODY = 65534
WITHOUT_ROOT = ("utilisation_seconds", "energy_joules", "sm_active_seconds")
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Measured:
    """One duty as several saw it."""

    asked_per_cent: int
    known_per_cent: float
    exporter_per_cent: float
    smi_per_cent: float
    sm_per_cent: float | None
    tensor_per_cent: float | None
    exporter_watts: float
    smi_watts: float
    exporter_mebibytes: float
    smi_mebibytes: float


def main() -> int:
    """Measure all duties, the slowdown and the cost, and print a page."""
    name, uuid = smi("name,uuid")[0]
    driver = smi("driver_version")[0][0]
    print(f"## {name}, driver {driver}, {time.strftime('%Y-%m-%d', time.gmtime())}\n")
    print(
        "| asked | busy by its own clock | exporter | nvidia-smi | SM activity | tensor activity"
        " | power by energy | power by nvidia-smi | peak memory | memory by nvidia-smi |"
    )
    print(f"|{' ---: |' * 10}")
    for duty in DUTIES:
        print(row(measured(duty, uuid)), flush=True)
    print(f"\n{cost(uuid)}", flush=True)
    found = list(slowdowns(uuid))
    each = ", ".join(f"{100 * (ratio - 1):+.2f}" for ratio in found)
    print(
        f"Slowdown of the load by the exporter at a sample a second, median of {PAIRS} pairs:"
        f" {100 * (median(found) - 1):+.2f} % (each: {each}).",
        flush=True,
    )
    print(powers(uuid))
    return 0


def row(item: Measured) -> str:
    """A line of the table."""
    return (
        f"| {item.asked_per_cent} % | {item.known_per_cent:.1f} %"
        f" | {item.exporter_per_cent:.1f} % | {item.smi_per_cent:.1f} %"
        f" | {per_cent(item.sm_per_cent)} | {per_cent(item.tensor_per_cent)}"
        f" | {item.exporter_watts:.0f} W | {item.smi_watts:.0f} W"
        f" | {item.exporter_mebibytes:.0f} MiB | {item.smi_mebibytes:.0f} MiB |"
    )


def per_cent(share: float | None) -> str:
    """A share, or that there is none."""
    return "no data" if share is None else f"{share:.1f} %"


def measured(duty: int, uuid: str) -> Measured:
    """One duty for a while, seen by both."""
    with load(duty, SECONDS + 3 * SETTLE_SECONDS) as running, exporter(uuid):
        time.sleep(SETTLE_SECONDS)
        before = counters()
        readings = []
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            fields = "utilization.gpu,power.draw,memory.used"
            readings.append([float(cell) for cell in smi(fields)[0]])
            time.sleep(0.5)
        after = counters()
        _done, lasted, busy = figures(running)
    grown = {key: after[key] - before.get(key, 0) for key in after}
    seconds = grown["observed_seconds"]
    return Measured(
        asked_per_cent=duty,
        known_per_cent=100 * busy / lasted,
        exporter_per_cent=100 * grown["utilisation_seconds"] / seconds,
        smi_per_cent=mean(used for used, _watts, _memory in readings),
        sm_per_cent=share_of(grown, "sm_active_seconds"),
        tensor_per_cent=share_of(grown, "tensor_active_seconds"),
        exporter_watts=grown["energy_joules"] / seconds,
        smi_watts=mean(watts for _used, watts, _memory in readings),
        exporter_mebibytes=after["peak_memory_bytes"] / MEBIBYTE,
        smi_mebibytes=max(memory for _used, _watts, memory in readings),
    )


def share_of(grown: dict[str, float], name: str) -> float | None:
    """How many per cent of what was observed a counter grew by; None where the GPU has no data."""
    return 100 * grown[name] / grown["observed_seconds"] if name in grown else None


def powers(uuid: str) -> str:
    """What the exporter sees when it has none of root's powers."""
    if os.getuid() != 0:
        return "All of this was measured without root's powers."
    try:
        with load(100, 6 * SETTLE_SECONDS), exporter(uuid, user=NOBODY):
            time.sleep(2 * SETTLE_SECONDS)
            found = counters()
    except PermissionError as error:
        return f"Whether it needs root's powers is not known: nobody may not start it ({error})."
    missing = [name for name in WITHOUT_ROOT if not found.get(name)]
    if missing:
        return f"Without root's powers the exporter has no {', '.join(missing)}."
    return f"Without root's powers, too, the exporter has {', '.join(WITHOUT_ROOT)}."


def cost(uuid: str) -> str:
    """What a round of samples takes with the driver's own time, beside a busy GPU."""
    with load(100, 8 * SETTLE_SECONDS), exporter(uuid, interval_seconds=1) as process:
        time.sleep(SETTLE_SECONDS)
        began, used = time.monotonic(), processor_seconds(process.pid)
        rounds = []
        while time.monotonic() < began + 3 * SETTLE_SECONDS:
            time.sleep(1)
            rounds.append(value(page(PORT, "/metrics"), "belfry_gpu_round_seconds"))
        seconds = time.monotonic() - began
        share = (processor_seconds(process.pid) - used) / seconds
        memory = most_memory_mb(process.pid)
    return (
        f"A round of samples of this GPU takes {1000 * median(rounds):.1f} ms (most:"
        f" {1000 * max(rounds):.1f} ms). At a sample and a scrape a second the exporter uses"
        f" {100 * share:.2f} % of a core, and {memory:.0f} MB."
    )


def slowdowns(uuid: str) -> Iterator[float]:
    """How much longer a multiplication takes with the exporter than without, pair by pair."""
    for pair in range(PAIRS):
        if pair % 2:  # What grows slower by itself, as a GPU that gets warm, must not count.
            slow, plain = seconds_each_beside(uuid), seconds_each()
        else:
            plain, slow = seconds_each(), seconds_each_beside(uuid)
        yield slow / plain


def seconds_each_beside(uuid: str) -> float:
    """Seconds for one multiplication at full duty beside the exporter."""
    with exporter(uuid, interval_seconds=1):
        return seconds_each()


def seconds_each() -> float:
    """Seconds for one multiplication at full duty."""
    with load(100, PAIR_SECONDS) as running:
        done, seconds, _busy = figures(running)
    return seconds / done


def figures(running: subprocess.Popen[str]) -> tuple[float, float, float]:
    """What a load tells when it has ended: multiplications, seconds, and busy seconds."""
    done, seconds, busy = str(running.communicate()[0]).split()
    return float(done), float(seconds), float(busy)


@contextmanager
def exporter(
    uuid: str, interval_seconds: float = INTERVAL_SECONDS, user: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The exporter, told that a job has the GPU."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        (Path(folder) / "jobs").mkdir()
        (Path(folder) / "jobs" / uuid).write_text(f"{JOB}\n")
        options = [f"--state-dir={folder}/state", f"--job-map={folder}/jobs", f"--port={PORT}"]
        program = str(Path(sys.executable).with_name("slurm-bridge"))
        words = [program, "gpu-exporter", *options, f"--interval={interval_seconds}"]
        process = subprocess.Popen(words, user=user)
        try:
            while not counters():
                if process.poll() is not None:
                    raise SystemExit("the exporter has ended: what it says is above")
                time.sleep(0.2)
            yield process
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
    """What the exporter says of the job; nothing before it serves."""
    pattern = rf'^belfry_gpu_job_(\w+?)(?:_total)?{{[^}}]*job="{JOB}"[^}}]*}} (\S+)$'
    try:
        text = page(PORT, "/metrics")
    except OSError:
        return {}
    return {name: float(found) for name, found in re.findall(pattern, text, re.MULTILINE)}


def smi(fields: str) -> list[list[str]]:
    """What nvidia-smi says of each GPU."""
    words = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return [[cell.strip() for cell in line.split(",")] for line in text.splitlines()]


if __name__ == "__main__":
    sys.exit(main())
