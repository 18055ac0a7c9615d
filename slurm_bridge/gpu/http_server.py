"""The exporter's two pages over HTTP: few readers at a time, and none for long."""

import logging
import socket
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs, urlsplit

from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST

log = logging.getLogger(__name__)

MOST_READERS = 8
LONGEST_SECONDS = 10
_HIGHEST_TIME = 253_402_300_799


class PageServer(ThreadingMixIn, HTTPServer):
    """Serves `/metrics` and `/minutes?since=EPOCH`; whoever is too slow is cut off."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 16

    def __init__(
        self,
        address: tuple[str, int],
        *,
        metrics: Callable[[], bytes],
        minutes: Callable[[int], bytes],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.metrics, self.minutes = metrics, minutes
        self._clock = clock
        self._readers: dict[Any, float] = {}
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Listen without asking a name server for this host's name, as HTTPServer would."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Turn away whoever comes while all places are taken."""
        if len(self._readers) >= MOST_READERS:
            return False
        self._readers[request] = self._clock()
        return True

    def shutdown_request(self, request: Any) -> None:
        """Free a place."""
        self._readers.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Cut off who has been here for too long, however they drag it out."""
        for request, since in list(self._readers.items()):
            if self._clock() > since + LONGEST_SECONDS:
                try:
                    request.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # It has left by itself.

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell our own faults only; with readers who leave early anybody could fill the log."""
        error = sys.exception()
        if not isinstance(error, OSError):
            log.error("a page could not be served", exc_info=error)


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    timeout = LONGEST_SECONDS
    server_version = "belfry-gpu-exporter"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer one question."""
        asked = urlsplit(self.path)
        if asked.path == "/metrics":
            self._answer(self.server.metrics(), CONTENT_TYPE_LATEST)
        elif asked.path == "/minutes":
            since = parse_qs(asked.query).get("since", ["0"])[0]
            if not (since.isascii() and since.isdigit() and int(since[:20]) <= _HIGHEST_TIME):
                self.send_error(HTTPStatus.BAD_REQUEST, "since is a time in seconds since 1970")
                return
            self._answer(self.server.minutes(int(since)), "application/json")
        else:
            self.send_error(HTTPStatus.NOT_FOUND, "There are /metrics and /minutes")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Log no request: each reader asks twice a minute."""
