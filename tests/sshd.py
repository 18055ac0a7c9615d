"""A login node's sshd on loopback, with host key, configuration and port of its own."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.testbed.layout import REPOSITORY

PROGRAM = REPOSITORY / "slurm_bridge" / "login" / "authorized_keys.py"
NEEDED_BY_SSHD = Path("/run/sshd")
PORTS_TRIED = 5
LONGEST_START_SECONDS = 60


@dataclass(frozen=True)
class LoginNode:
    """Where people sign in."""

    folder: Path
    port: int

    def sign_in(
        self, username: str, private_key: Path, command: str = "id -un"
    ) -> subprocess.CompletedProcess[str]:
        """Run something as a user there, with this key and no other way in."""
        options = (
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "ConnectTimeout=60",
        )
        return subprocess.run(
            [
                *("ssh", "-F", "none", "-p", str(self.port), "-i", str(private_key)),
                *(f"-o{option}" for option in options),
                f"{username}@127.0.0.1",
                command,
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@contextmanager
def login_node(
    folder: Path, login_dir: Path, *, keys_by: str = "", prefix: Sequence[str] = ()
) -> Iterator[LoginNode]:
    """A folder of root's own is needed: sshd trusts no program that others could replace.

    Keys come from the bridge's files, unless another command says them; a prefix starts sshd
    elsewhere than here.
    """
    program = folder / "belfry-authorized-keys"
    shutil.copyfile(PROGRAM, program)
    program.chmod(0o755)
    make_key(folder / "host_key")
    NEEDED_BY_SSHD.mkdir(mode=0o755, exist_ok=True)
    command = keys_by or f"{program} --folder={login_dir} %u"
    process, port = _start(folder, command, prefix)
    try:
        yield LoginNode(folder, port)
    finally:
        process.terminate()
        process.wait(timeout=60)


def make_key(path: Path) -> str:
    """A new pair of keys; the public line is returned."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path.with_suffix(".pub").read_text()


def _start(
    folder: Path, command: str, prefix: Sequence[str]
) -> tuple[subprocess.Popen[bytes], int]:
    for _ in range(PORTS_TRIED):
        port = _free_port()
        config = folder / "sshd_config"
        config.write_text(
            f"ListenAddress 127.0.0.1:{port}\n"
            f"HostKey {folder / 'host_key'}\n"
            "PidFile none\n"
            "UsePAM no\n"
            "PasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\n"
            "AuthorizedKeysFile none\n"
            f"AuthorizedKeysCommand {command}\n"
            "AuthorizedKeysCommandUser nobody\n"
        )
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*prefix, "/usr/sbin/sshd", "-D", "-e", "-f", str(config)], stderr=log
            )
        deadline = time.monotonic() + LONGEST_START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if _answers(port):
                return process, port
            time.sleep(0.05)
        process.kill()
        process.wait()
    raise AssertionError((folder / "log").read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
