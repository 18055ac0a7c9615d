"""Slow and hostile readers get nothing, and stop nobody."""

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from slurm_bridge.gpu import http_server
from slurm_bridge.gpu.http_server import MOST_READERS, PageServer


@dataclass
class Served:
    server: PageServer
    seconds: float = 0

    @property
    def port(self) -> int:
        return self.server.server_port

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            body: bytes = answer.read()
            return body

    def connect(self, text: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        connection.sendall(text)
        return connection


@pytest.fixture
def served() -> Iterator[Served]:
    """A server whose clock stands where the test puts it."""
    server = PageServer(
        ("127.0.0.1", 0),
        metrics=lambda: b"# EOF\n",
        minutes=lambda since: str(since).encode(),
        clock=lambda: running.seconds,
    )
    running = Served(server)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield running
    server.shutdown()
    thread.join()
    server.server_close()


def test_pages_are_served(served: Served) -> None:
    assert served.get("/metrics") == b"# EOF\n"
    assert served.get("/minutes?since=1800000000") == b"1800000000"
    assert served.get("/minutes") == b"0"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/minutes?since=-1", 400),
        ("/minutes?since=1e9", 400),
        ("/minutes?since=" + "9" * 5000, 400),
        ("/../etc/passwd", 404),
    ],
)
def test_questions_that_make_no_sense_are_refused(served: Served, path: str, code: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        served.get(path)
    assert refused.value.code == code


def test_readers_who_never_finish_are_cut_off_and_make_room(served: Served) -> None:
    slow = [served.connect(b"GET /metr") for _number in range(MOST_READERS)]
    wait_until(lambda: len(served.server._readers) == MOST_READERS)
    with pytest.raises(OSError, match=r"closed|reset"):
        served.get("/metrics")  # There is no place left.

    served.seconds = http_server.LONGEST_SECONDS + 1

    for connection in slow:
        assert connection.recv(10) == b""
        connection.close()
    wait_until(lambda: not served.server._readers)
    assert served.get("/metrics") == b"# EOF\n"


def test_garbage_does_no_harm(served: Served) -> None:
    for text in (
        b"\x00\xff\x16\x03\x01\r\n\r\n",
        b"GET " + b"a" * 100_000 + b"\r\n",
        b"POST / HTTP/1.1\r\n\r\n",
    ):
        with served.connect(text) as connection:
            connection.recv(1000)
    assert served.get("/metrics") == b"# EOF\n"


def wait_until(done) -> None:  # type: ignore[no-untyped-def]
    event = threading.Event()
    for _number in range(500):
        if done():
            return
        event.wait(0.01)
    raise AssertionError("it did not come to that")
