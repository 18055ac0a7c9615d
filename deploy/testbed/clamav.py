"""A private clamd with one signature of our own, since it must not fetch those of the world."""

from __future__ import annotations

import socket

from deploy.testbed.folders import owned_file, owned_folder
from deploy.testbed.layout import Layout
from deploy.testbed.processes import Service

USER = "clamav"
CLAMD = "/usr/sbin/clamd"
MARKER = b"BELFRY-TESTBED-PRETENDS-THAT-THIS-IS-A-VIRUS"
VIRUS = "Belfry.Pretended"


def prepare_clamav(layout: Layout) -> None:
    """Write the scanner's configuration and its one signature."""
    owned_folder(layout.clamav, USER)
    signatures = owned_folder(layout.clamav / "signatures", USER)
    # name : any kind of file : anywhere in it : what it holds, see clamd's `.ndb` signatures.
    owned_file(signatures / "belfry.ndb", f"{VIRUS}:0:*:{MARKER.hex()}\n")
    owned_file(
        layout.clamav / "clamd.conf",
        "\n".join(
            [
                "Foreground yes",
                f"User {USER}",
                f"LocalSocket {layout.clamav_socket}",
                "LocalSocketMode 666",
                f"DatabaseDirectory {signatures}",
                f"TemporaryDirectory {layout.clamav}",
                "StreamMaxLength 100M",
                "MaxThreads 2",
                "",
            ]
        ),
    )


def clamav_service(layout: Layout) -> Service:
    """ClamAV's scanner on a socket of this testbed."""
    return Service(
        name="clamd",
        command=(CLAMD, "--config-file", str(layout.clamav / "clamd.conf")),
        user=USER,
        is_ready=lambda: answers_ping(layout),
    )


def answers_ping(layout: Layout) -> bool:
    """Whether clamd takes questions."""
    try:
        with socket.socket(socket.AF_UNIX) as scanner:
            scanner.settimeout(2)
            scanner.connect(str(layout.clamav_socket))
            scanner.sendall(b"zPING\0")
            return scanner.recv(16).startswith(b"PONG")
    except OSError:
        return False
