"""A network between a site and the portal that can be cut: two namespaces and a virtual cable.

The bridge speaks to a port of its own loopback address. From there its bytes go into the namespace
of the site, over the cable, into that of the portal, and out to the portal's port. Nothing listens
on an address that another machine could reach.
"""

import contextlib
import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWNET = 0x40000000
SITE_ADDRESS, PORTAL_ADDRESS = "192.0.2.1", "192.0.2.2"  # RFC 5737: in no real network.
CABLE_PORT = 8000
CHUNK = 65536
VETH = ("type", "veth", "peer", "name", "cable", "netns")

Connect = Callable[[], socket.socket]


@dataclass(frozen=True)
class SiteNetwork:
    """The way from a site to the portal."""

    port: int
    portal_end: str

    def cut(self) -> None:
        """Let packets vanish, as an excavator would."""
        _ip("-n", self.portal_end, "link", "set", "cable", "down")

    def mend(self) -> None:
        """Join the cable again."""
        _ip("-n", self.portal_end, "link", "set", "cable", "up")


@contextmanager
def site_network(folder: Path, portal_port: int) -> Iterator[SiteNetwork]:
    """Lay the cable, and take it up again at the end."""
    names = f"belfry-s{os.getpid()}", f"belfry-p{os.getpid()}"
    site, portal = names
    with contextlib.ExitStack() as cleanup:
        for name in names:
            _ip("netns", "add", name)
            cleanup.callback(_ip, "netns", "del", name)
        _ip("-n", site, "link", "add", "cable", *VETH, portal)
        for name, address in zip(names, (SITE_ADDRESS, PORTAL_ADDRESS), strict=True):
            _ip("-n", name, "address", "add", f"{address}/30", "dev", "cable")
            _ip("-n", name, "link", "set", "cable", "up")
        at_portal = _socket_in(portal)
        at_portal.bind((PORTAL_ADDRESS, CABLE_PORT))
        at_site = socket.socket()
        at_site.bind(("127.0.0.1", 0))
        for listener, connect in (
            (at_portal, lambda: socket.create_connection(("127.0.0.1", portal_port))),
            (at_site, lambda: _over_the_cable(site)),
        ):
            cleanup.callback(listener.close)
            cleanup.callback(listener.shutdown, socket.SHUT_RDWR)
            listener.listen()
            threading.Thread(target=_serve, args=(listener, connect), daemon=True).start()
        yield SiteNetwork(at_site.getsockname()[1], portal)


def _over_the_cable(site: str) -> socket.socket:
    connection = _socket_in(site)
    connection.connect((PORTAL_ADDRESS, CABLE_PORT))
    return connection


def _socket_in(namespace: str) -> socket.socket:
    """A socket of that namespace; only the thread that makes it is moved there."""

    def make() -> socket.socket:
        with Path(f"/run/netns/{namespace}").open() as place:
            if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
        return socket.socket()

    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(make).result()


def _serve(listener: socket.socket, connect: Connect) -> None:
    with contextlib.suppress(OSError):  # The listener is closed at the end.
        while True:
            caller, _address = listener.accept()
            threading.Thread(target=_relay, args=(caller, connect), daemon=True).start()


def _relay(caller: socket.socket, connect: Connect) -> None:
    try:
        other = connect()
    except OSError:
        caller.close()
        return
    back = threading.Thread(target=_pump, args=(other, caller), daemon=True)
    back.start()
    _pump(caller, other)
    back.join()
    caller.close()
    other.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(CHUNK):
            sink.sendall(chunk)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
