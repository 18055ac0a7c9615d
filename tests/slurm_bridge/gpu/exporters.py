"""The exporter as a process of its own, on the library that plays GPUs."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from deploy.testbed.layout import REPOSITORY
from slurm_bridge.gpu.command import PROGRAM

READY_SECONDS = 30


@dataclass
class ExporterProcess:
    """One node's exporter."""

    library: Path
    folder: Path
    port: int
    node: str = "n1"
    interval_seconds: float = 0.2
    _process: subprocess.Popen[str] | None = field(default=None)

    @property
    def script(self) -> Path:
        """What its GPUs play."""
        return self.folder / "script"

    @property
    def job_map(self) -> Path:
        """What prolog and epilog write."""
        return self.folder / "jobs"

    def start(self) -> "ExporterProcess":
        """Start it, and wait until it serves."""
        (self.folder / "state").mkdir(exist_ok=True)
        self.job_map.mkdir(exist_ok=True)
        options = {
            "node": self.node,
            "listen": "127.0.0.1",
            "port": self.port,
            "interval_seconds": self.interval_seconds,
            "state_dir": str(self.folder / "state"),
            "job_map_dir": str(self.job_map),
        }
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", PROGRAM, str(REPOSITORY), json.dumps(options)],
                env={
                    "PATH": os.defpath,
                    "LD_LIBRARY_PATH": str(self.library.parent),
                    "FAKE_NVML_SCRIPT": str(self.script),
                },
                stderr=log,
                text=True,
            )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                self.get("/metrics")
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError((self.folder / "log").read_text())

    def get(self, path: str) -> str:
        """One of its pages."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return str(answer.read(), "utf-8")

    def value(self, name: str, label: str = "") -> float:
        """The only value of that name, whose labels hold that text."""
        lines = [line for line in self.get("/metrics").splitlines() if label in line]
        (found,) = [
            line.split()[-1] for line in lines if line.startswith((f"{name}{{", f"{name} "))
        ]
        return float(found)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; its exit status."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(timeout=20)

    def __enter__(self) -> "ExporterProcess":
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()
