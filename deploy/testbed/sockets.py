"""Who listens on which TCP port of this machine, read from the kernel's tables."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LISTENING = "0A"
# As the kernel writes 127.0.0.1 and ::1, in words of the least significant byte first.
LOOPBACK = ("0100007F", "00000000000000000000000001000000")


@dataclass(frozen=True)
class Listener:
    """One listening socket."""

    port: int
    is_loopback: bool
    inode: str


def listeners() -> Iterator[Listener]:
    """Every TCP socket that listens here, over IPv4 and IPv6."""
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING:
                address, port = fields[1].split(":")
                yield Listener(int(port, 16), address in LOOPBACK, fields[9])


def is_listening(port: int) -> bool:
    """Whether any process listens on this port; nothing is sent to it."""
    return any(listener.port == port for listener in listeners())


def can_listen(port: int) -> bool:
    """Whether a service could open this port on the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def owner_of(port: int) -> str:
    """Words for the process that holds a port, as far as the kernel lets us see it."""
    inodes = {f"socket:[{listener.inode}]" for listener in listeners() if listener.port == port}
    for process in Path("/proc").glob("[0-9]*"):
        if inodes & set(open_sockets(process)):
            name = (process / "comm").read_text().strip()
            return f"process {process.name} ({name})"
    return "another process"


def open_sockets(process: Path) -> Iterator[str]:
    """The sockets that a process holds open; none if it is gone or not ours to look into."""
    try:
        for descriptor in (process / "fd").iterdir():
            yield str(descriptor.readlink())
    except OSError:
        return


def is_unix_socket_answering(path: Path) -> bool:
    """Whether a process takes connections at this path."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
