"""A VIES of our own: answers on loopback as the Commission's does, or fails as it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from time import sleep


@contextmanager
def vies_that_says(body: bytes, *, status: int = 200, after: float = 0) -> Iterator[list[str]]:
    """What it was asked, as paths; the first of the list is its own address."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            sleep(after)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Says nothing among the results of tests."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    asked.append(f"http://127.0.0.1:{server.server_port}/rest-api")
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
