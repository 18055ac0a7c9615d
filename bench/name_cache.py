"""A cache of people's names, as a host of thousands of people has one: sssd or nscd.

With each new account slurmdbd looks up every user that it knows. Ten thousand people in a plain
/etc/passwd take it 2 to 6 seconds of processor time then, and with a cache none of note.
The program is unpacked and not installed: it serves the benchmark's own namespace only.
"""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.testbed.unpacked import unpacked

SOCKET = Path("/run/nscd/socket")
LONGEST_START_SECONDS = 30
SETTINGS = """server-user root
enable-cache passwd yes
positive-time-to-live passwd 3600
negative-time-to-live passwd 1
suggested-size passwd 20011
check-files passwd yes
shared passwd yes
enable-cache group no
enable-cache hosts no
enable-cache services no
enable-cache netgroup no
"""


@contextmanager
def cached_names() -> Iterator[None]:
    """Quick lookups for what is started meanwhile, where mounts are this process's own."""
    SOCKET.parent.mkdir(mode=0o755, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        program = unpacked("nscd") / "usr" / "sbin" / "nscd"
        settings = Path(folder) / "nscd.conf"
        settings.write_text(SETTINGS)
        _run("mount", "-t", "tmpfs", "tmpfs", str(SOCKET.parent))
        process = subprocess.Popen([program, "--foreground", "--config-file", settings])
        try:
            _wait_for_answers(process)
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)
            _run("umount", "--lazy", str(SOCKET.parent))


def _wait_for_answers(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LONGEST_START_SECONDS
    while not SOCKET.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("nscd did not start")
        time.sleep(0.05)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
