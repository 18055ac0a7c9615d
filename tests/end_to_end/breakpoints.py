"""Stops a bridge between any two of the programs that it starts, without a line in the bridge.

The bridge looks for programs in its `slurm_bin` first. Each program there is a few lines of shell
that count, hold where they are told to, and then become the real program.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = (
    "sacct",
    "sacctmgr",
    "scontrol",
    "sinfo",
    "squeue",
    "sudo",
)

SHIM = """\
#!/bin/sh
# Counts itself, waits where it should, and becomes {real}.
exec 9>{folder}/lock
flock 9
step=$(($(cat {folder}/count) + 1))
echo $step > {folder}/count
flock -u 9
exec 9>&-
if [ $step = "$(cat {folder}/stop_at)" ]; then
    : > {folder}/reached
    while [ -e {folder}/hold ]; do sleep 0.02; done
fi
sleep "$(cat {folder}/delay)"
exec {real} "$@"
"""


@dataclass(frozen=True)
class Breakpoints:
    """The programs of one bridge, which stop at a chosen step."""

    folder: Path

    def install(self) -> None:
        """Write the programs; none of them stops anywhere yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o777)  # The bridge's user counts here, too.
        for name in PROGRAMS:
            real = shutil.which(name)
            assert real, f"{name} is not installed"
            shim = self.folder / name
            shim.write_text(SHIM.format(real=real, folder=self.folder))
            shim.chmod(0o755)
        self.slow_down(0)
        self.stop_at(0)

    def stop_at(self, step: int) -> None:
        """Hold before the program of that number, counted from 1; 0 holds nowhere."""
        self._file("reached").unlink(missing_ok=True)
        self._write("count", "0\n")
        self._write("stop_at", f"{step}\n")
        self._file("hold").touch()

    def slow_down(self, seconds: float) -> None:
        """Let every program take so much longer."""
        self._write("delay", f"{seconds}\n")

    def go_on(self) -> None:
        """Let the held program run, and stop nowhere else."""
        self._write("stop_at", "0\n")
        self._file("hold").unlink(missing_ok=True)

    @property
    def is_reached(self) -> bool:
        """Whether a program is being held, or was."""
        return self._file("reached").exists()

    @property
    def count(self) -> int:
        """How many programs were started since the last `stop_at`."""
        return int(self._file("count").read_text())

    def _write(self, name: str, text: str) -> None:
        self._file(name).write_text(text)
        self._file(name).chmod(0o666)

    def _file(self, name: str) -> Path:
        return self.folder / name
