"""What a hostile node can do over HTTP: cost a few seconds, and its own figures."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from slurm_bridge.gpu.faults import NodeFaultError
from slurm_bridge.gpu.node_client import NodeClient

OK = b"HTTP/1.1 200 OK\r\n"


class Node:
    """A server that answers each connection in its own way."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}/metrics"
        self.answer: Callable[[socket.socket], None] = lambda _connection: None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def says(self, text: bytes) -> None:
        self.answer = lambda connection: connection.sendall(text)

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self.socket.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    self.answer(connection)
                except OSError:
                    continue  # The client had enough.


@pytest.fixture
def node() -> Iterator[Node]:
    serving = Node()
    yield serving
    serving.socket.shutdown(socket.SHUT_RDWR)
    serving.socket.close()


@pytest.fixture
def client() -> Iterator[NodeClient]:
    asking = NodeClient(timeout_seconds=0.5, largest_bytes=100_000)
    yield asking
    asking.close()


def kind_of_fault(client: NodeClient, address: str) -> str:
    with pytest.raises(NodeFaultError) as fault:
        client.read(address)
    return fault.value.kind


def test_whole_page_is_read(node: Node, client: NodeClient) -> None:
    node.says(OK + b"Content-Length: 6\r\n\r\n# EOF\n")
    assert client.read(node.address) == b"# EOF\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (OK + b"Content-Length: 100\r\n\r\nhalf", "cut_off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nhalf", "cut_off"),
        (OK + b"Content-Length: 100001\r\n\r\n" + b"a" * 100_001, "too_large"),
        (OK + b"\r\n" + b"a" * 500_000, "too_large"),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"a" * 10**6), "unreadable"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", "unreadable"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "unreadable"),
        (b"\x16\x03\x01garbage\r\n\r\n", "cut_off"),
        (b"", "cut_off"),
    ],
)
def test_whatever_is_no_whole_page_is_told_apart(
    node: Node, client: NodeClient, text: bytes, kind: str
) -> None:
    node.says(text)
    assert kind_of_fault(client, node.address) == kind


def test_node_that_trickles_is_left_in_time(node: Node, client: NodeClient) -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(OK + b"\r\n")
        for _number in range(200):
            connection.sendall(b"a")
            time.sleep(0.05)

    node.answer = trickle
    began = time.monotonic()
    assert kind_of_fault(client, node.address) == "cut_off"
    assert time.monotonic() - began < 2


def test_node_that_says_nothing_or_is_not_there_is_unreachable(
    node: Node, client: NodeClient
) -> None:
    node.answer = lambda _connection: time.sleep(1.5)
    assert kind_of_fault(client, node.address) == "unreachable"
    assert kind_of_fault(client, "http://127.0.0.1:1/metrics") == "unreachable"
