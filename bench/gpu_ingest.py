"""What a day of minutes of so many GPUs costs the portal: `make bench-gpu-ingest GPUS=1000`.

A PostgreSQL of its own; the site's figures go through a real gunicorn as a bridge would send them,
each quarter of an hour, and are read back. All is removed at the end.
"""

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
import psycopg2
from rich.console import Console
from rich.table import Table

from bench.gpu_world import (
    COUNTERS_A_BATCH,
    GPUS,
    HOURS,
    MINUTES_A_ROUND,
    batches_of_round,
    job_rows,
    rounds,
)
from bench.reconcile import own_layout
from bench.results import store
from deploy.demo.stack import BIN, Stack
from deploy.testbed.down import clean
from deploy.testbed.layout import REPOSITORY, Layout
from deploy.testbed.processes import start
from deploy.testbed.progress import Progress
from deploy.testbed.up import bring_up
from slurm_bridge.wire import API_PREFIX
from slurm_bridge.wire_accounting import JobBatch
from slurm_bridge.wire_gpu import GpuBatch, GpuUsageAnswer

LIMITS = {"bytes_a_gpu_day": 10_000, "job_page_p95_ms": 150}
TIMEOUT_SECONDS = 300
ROUNDS_AN_HOUR = 60 // MINUTES_A_ROUND


def main() -> int:
    """Measure, print, store; 1 if something costs more than it may."""
    gpus = int(sys.argv[1]) if len(sys.argv) > 1 else GPUS
    layout, progress = own_layout(), Progress(sys.stdout)
    stack = Stack(layout, port=layout.port_base + 90, extra_environment={"BELFRY_WORKERS": "1"})
    clean(layout)
    try:
        bring_up(layout, only_postgres=True, progress=progress)
        prepared = portal(stack, "prepare")
        start(layout, stack.portal())
        ends = int(time.time()) // 60 * 60 - 3600
        with httpx.Client(
            base_url=stack.url + API_PREFIX,
            headers={"Authorization": f"Bearer {prepared['token']}"},
            timeout=TIMEOUT_SECONDS,
        ) as bridge:
            sent = push(
                bridge, prepared["accounts"], ends, gpus, lambda: vacuumed(layout), progress
            )
        figures = sent | portal(stack, "read", str(ends))
    finally:
        clean(layout)
    store("gpu_ingest", figures)
    show(figures)
    return int(any(figures[name] > most for name, most in LIMITS.items()))


def push(
    bridge: httpx.Client,
    accounts: list[str],
    ends: int,
    gpus: int,
    vacuum: Callable[[], object],
    progress: Progress,
) -> dict[str, Any]:
    """Send a day, and how quickly it was taken; what is made up for it costs no time of it."""
    rows = job_rows(accounts, ends, gpus)
    jobs = JobBatch(read_at=int(time.time()), rows=rows, complete_until=ends)
    bridge.post(
        "/jobs", content=jobs.model_dump_json(exclude_defaults=True), headers=_JSON
    ).raise_for_status()
    seconds, requests, slowest, packed_bytes = 0.0, 0, 0.0, 0
    with progress.step(f"{HOURS} hours of {gpus:,} GPUs") as step:
        for number, now in enumerate(rounds(ends), 1):
            if number % ROUNDS_AN_HOUR == 0:
                vacuum()
            for batch in batches_of_round(now, ends, gpus):
                body = gzip.compress(_json(batch), compresslevel=6)
                began = time.monotonic()
                answer = bridge.post("/gpu-usage", content=body, headers=_JSON | _GZIP)
                taken = time.monotonic() - began
                answer.raise_for_status()
                said = GpuUsageAnswer.model_validate_json(answer.content)
                if said.refused or said.waiting:
                    raise SystemExit(f"the portal refused: {said}")
                seconds, requests = seconds + taken, requests + 1
                slowest, packed_bytes = max(slowest, taken), packed_bytes + len(body)
        step.outcome = f"{seconds:.0f} s in {requests} requests"
    minutes = gpus * HOURS * 60
    return {
        "gpus": gpus,
        "minutes": minutes,
        "rows_per_second": round(minutes / seconds),
        "ingest_seconds": round(seconds, 1),
        "request_ms_mean": round(1000 * seconds / requests),
        "request_ms_slowest": round(1000 * slowest),
        "counters_a_request": COUNTERS_A_BATCH,
        "sent_bytes_a_gpu_day": round(packed_bytes / gpus * 24 / HOURS),
    }


_JSON = {"Content-Type": "application/json"}
_GZIP = {"Content-Encoding": "gzip"}


def _json(batch: GpuBatch) -> bytes:
    return batch.model_dump_json(exclude_defaults=True).encode()


def vacuumed(layout: Layout) -> None:
    """What autovacuum does by itself many times in a day that lasts a day."""
    url = f"postgresql://belfry@127.0.0.1:{layout.postgres_port}/belfry"
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for table in ("gpuminutes", "runninggpuminutes", "jobgpu", "gpurun", "dailygpuuse"):
            cursor.execute(f"VACUUM allocations_{table}")
    connection.close()


def portal(stack: Stack, *asked: str) -> dict[str, Any]:
    """What bench.gpu_portal printed."""
    finished = subprocess.run(
        [BIN / "python", "-m", "bench.gpu_portal", *asked],
        cwd=REPOSITORY,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise SystemExit(finished.stderr[-3000:])
    answer: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return answer


def show(figures: dict[str, Any]) -> None:
    """The figures for people."""
    table = Table(title=f"{HOURS} hours of {figures['gpus']:,} GPUs by the minute")
    for heading in ("What", "Figure", "Limit"):
        table.add_column(heading, justify="left" if heading == "What" else "right")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:,}", str(LIMITS.get(name, "")))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
