"""Asks ClamAV's clamd whether a file holds a virus.

The protocol is `INSTREAM` of clamd(8): chunks, each after its length, an empty one at the end.
The clients on PyPI have had no release for years, and what we need of one is this.
"""

import socket
import struct
from typing import BinaryIO

CHUNK_BYTES = 256 * 2**10
TIMEOUT_SECONDS = 120
MOST_ANSWER_BYTES = 4096


class ScannerError(Exception):
    """The scanner gave no verdict; ask again later."""


def virus_in(file: BinaryIO, address: str) -> str:
    """The name of the virus in a file, or "" where there is none.

    `address` is the path of clamd's socket, or `host:port`.
    """
    try:
        with _connected(address) as scanner:
            scanner.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK_BYTES):
                scanner.sendall(struct.pack("!L", len(chunk)) + chunk)
            scanner.sendall(struct.pack("!L", 0))
            answer = _answer(scanner)
    except OSError as error:
        raise ScannerError(f"clamd at {address} cannot be asked: {error}") from error
    return _verdict(answer)


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        scanner = socket.socket(socket.AF_UNIX)
        scanner.settimeout(TIMEOUT_SECONDS)
        scanner.connect(address)
        return scanner
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS)


def _answer(scanner: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < MOST_ANSWER_BYTES:
        more = scanner.recv(MOST_ANSWER_BYTES)
        if not more:
            break
        answer += more
    return answer.partition(b"\0")[0].decode(errors="replace")


def _verdict(answer: str) -> str:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ScannerError(f"clamd gave no verdict: {answer[:200] or 'nothing'}")
