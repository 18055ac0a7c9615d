"""The only place where programs are started: argument lists, a timeout each, all counted."""

import contextlib
import logging
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from slurm_bridge.errors import (
    FatalSlurmError,
    StoppedError,
    TransientSlurmError,
    TransientSlurmTimeoutError,
)
from slurm_bridge.slurm.silence import WORDS, Silence

log = logging.getLogger(__name__)

# Linux refuses a single argument of 128 KiB or more.
LONGEST_ARGUMENT = 128 * 1024 - 1
LONGEST_REASON = 500


@dataclass(frozen=True)
class Result:
    """How a program ended and what it said."""

    code: int
    stdout: str
    stderr: str

    @property
    def reason(self) -> str:
        """What to tell people when it failed: its own words, on one line."""
        words = " ".join(f"{self.stderr} {self.stdout}".split())
        return words[:LONGEST_REASON] or f"exit status {self.code}"


@dataclass
class Commands:
    """Starts programs with one site's Slurm environment."""

    slurm_conf: Path | None = None
    slurm_bin: Path | None = None
    timeout_seconds: float = 30
    started: int = 0
    """How many programs have been started since the beginning."""
    silence: Silence = field(default_factory=Silence)
    _live: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: bool = False

    def read(self, *args: str) -> str:
        """What a command prints; anything but success raises."""
        result = self.attempt(*args)
        if result.code != 0:
            raise TransientSlurmError(f"{args[0]} failed: {result.reason}")
        return result.stdout

    def attempt(self, *args: str, timeout_seconds: float | None = None, text: str = "") -> Result:
        """Run a command to its end, whatever its exit status; `text` is what it can read."""
        if self.silence.covers(args):
            return Result(1, "", WORDS)
        limit = timeout_seconds or self.timeout_seconds
        began = time.monotonic()
        content = text.encode("utf-8", errors="surrogateescape") or None
        reads = subprocess.PIPE if content else subprocess.DEVNULL
        with self._process(args, stderr=subprocess.PIPE, stdin=reads) as process:
            try:
                stdout, stderr = process.communicate(content, timeout=limit)
            except subprocess.TimeoutExpired:
                self.silence.note(args, limit, failed=True)
                raise _too_slow(args, limit) from None
        self.silence.note(args, time.monotonic() - began, failed=process.returncode != 0)
        if self._stopped:
            raise StoppedError("the bridge is stopping")
        return Result(process.returncode, _text(stdout), _text(stderr))

    def lines(self, *args: str, timeout_seconds: float) -> Iterator[bytes]:
        """A command's lines as they come, without their line feeds; failure raises at the end."""
        with (
            tempfile.TemporaryFile() as complaints,
            self._process(args, stderr=complaints) as process,
            _Deadline(process, timeout_seconds) as deadline,
        ):
            for line in process.stdout or ():
                yield line.removesuffix(b"\n")
            code = process.wait()
            if deadline.passed:
                raise _too_slow(args, timeout_seconds)
            complaints.seek(0)
            result = Result(code, "", _text(complaints.read(LONGEST_REASON)))
        if self._stopped:
            raise StoppedError("the bridge is stopping")
        if code != 0:
            raise TransientSlurmError(f"{args[0]} failed: {result.reason}")

    def stop(self) -> None:
        """End whatever runs, and start nothing more."""
        self._stopped = True
        for process in tuple(self._live):
            with contextlib.suppress(PermissionError):  # Root's: it ends by its own alarm.
                process.terminate()

    @contextlib.contextmanager
    def _process(
        self, args: Sequence[str], stderr: int | IO[bytes], stdin: int = subprocess.DEVNULL
    ) -> Iterator[subprocess.Popen[bytes]]:
        if self._stopped:
            raise StoppedError("the bridge is stopping")
        _check_lengths(args)
        began = time.monotonic()
        try:
            process = subprocess.Popen(
                [self._executable(args[0]), *args[1:]],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=self._environment(),
                cwd="/",
            )
        except OSError as error:
            raise FatalSlurmError(f"cannot start {args[0]}: {error.strerror}") from error
        with self._lock:
            self.started += 1
            self._live.add(process)
        if self._stopped:  # It was being started while the others were ended.
            with contextlib.suppress(PermissionError):
                process.terminate()
        try:
            yield process
        finally:
            _end(process)
            self._live.discard(process)
            log.debug("%s took %.2f s", " ".join(args)[:200], time.monotonic() - began)

    def _executable(self, name: str) -> str:
        if self.slurm_bin is not None and (self.slurm_bin / name).exists():
            return str(self.slurm_bin / name)
        return name

    def _environment(self) -> dict[str, str]:
        """Ours, without whatever would change the form of Slurm's answers."""
        formats = ("SLURM_", "SACCT_", "SQUEUE_", "SBATCH_", "SINFO_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(formats)}
        if "SLURM_CONF" in os.environ:
            kept["SLURM_CONF"] = os.environ["SLURM_CONF"]
        if self.slurm_conf is not None:
            kept["SLURM_CONF"] = str(self.slurm_conf)
        if self.slurm_bin is not None:  # For programs that start one of Slurm's.
            kept["PATH"] = f"{self.slurm_bin}:{kept.get('PATH', os.defpath)}"
        return kept | {"TZ": "UTC", "LC_ALL": "C.UTF-8", "SLURM_TIME_FORMAT": "%s"}


class _Deadline:
    """Ends a process that is still being read when its time is up."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True
        self.passed = False

    def _strike(self) -> None:
        self.passed = True
        self._process.kill()

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no process and no pipe behind; one of root's ends by its own alarm."""
    if process.poll() is None:
        with contextlib.suppress(PermissionError):
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _too_slow(args: Sequence[str], seconds: float) -> TransientSlurmTimeoutError:
    return TransientSlurmTimeoutError(f"{args[0]} did not answer within {seconds:g} s")


def _check_lengths(args: Sequence[str]) -> None:
    for argument in args:
        if len(os.fsencode(argument)) > LONGEST_ARGUMENT:
            raise TransientSlurmError(f"an argument for {args[0]} is too long: {argument[:80]}…")


def _text(output: bytes) -> str:
    return output.decode("utf-8", errors="replace")
