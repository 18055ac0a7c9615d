"""A portal that serves one site over real HTTP, and keeps what it is told."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from slurm_bridge.wire import (
    API_PREFIX,
    DesiredState,
    ErrorAnswer,
    Heartbeat,
    HeartbeatAnswer,
    LeaseAnswer,
    LeaseRequest,
    SyncReport,
)
from slurm_bridge.wire_accounting import CounterReading, JobBatch, JobRow, Watermark
from slurm_bridge.wire_audit import UsageCheck, UsageDays
from slurm_bridge.wire_offers import Offers, OffersAnswer
from slurm_bridge.wire_terms import Message
from tests.slurm_bridge.portions import rows_in

TOKEN = "a-token-of-the-tests"


@dataclass
class FakePortal:
    """What the portal wants, and everything that the bridge has sent."""

    desired: DesiredState
    address: str = ""
    reports: list[SyncReport] = field(default_factory=list)
    jobs: dict[int, JobRow] = field(default_factory=dict)
    batches: list[JobBatch] = field(default_factory=list)
    offers: list[Offers] = field(default_factory=list)
    readings: list[CounterReading] = field(default_factory=list)
    usage: UsageDays | None = None
    """What it counted, whatever the days."""
    checks: list[UsageCheck] = field(default_factory=list)
    heartbeats: list[Heartbeat] = field(default_factory=list)
    questions: int = 0
    complete_until: int = 0
    refuses: dict[str, int] = field(default_factory=dict)
    """Status codes by path."""

    lease: LeaseAnswer | None = None
    """What everybody is told who asks for the lease; None grants it."""

    def wait_for_news(self, known: str | None, seconds: int) -> DesiredState | None:
        self.questions += 1
        deadline = time.monotonic() + seconds
        while known == f'"{self.desired.revision}"':
            if time.monotonic() >= deadline:
                return None
            time.sleep(0.02)
        return self.desired

    def tell(self, path: str, known: str | None) -> Message | None:
        asked = urlsplit(path)
        if asked.path == f"{API_PREFIX}/usage-days":
            return self.usage
        return self.wait_for_news(known, int(parse_qs(asked.query)["wait"][0]))

    def take(self, path: str, body: bytes) -> Message:
        match path.removeprefix(API_PREFIX):
            case "/sync-results":
                self.reports.append(SyncReport.model_validate_json(body))
            case "/heartbeat":
                self.heartbeats.append(Heartbeat.model_validate_json(body))
                return HeartbeatAnswer(portal_time=int(time.time()))
            case "/lease":
                request = LeaseRequest.model_validate_json(body)
                granted = LeaseAnswer(granted=True, host=request.host, seconds_left=60)
                return self.lease or granted
            case "/adoptions":
                self.offers.append(Offers.model_validate_json(body))
                names = tuple(item.account for item in self.offers[-1].accounts)
                return OffersAnswer(waiting=names)
            case "/jobs":
                return self.take_jobs(JobBatch.model_validate_json(body))
            case "/budget-counters":
                self.readings.append(CounterReading.model_validate_json(body))
            case "/usage-checks":
                self.checks.append(UsageCheck.model_validate_json(body))
            case _:
                raise AssertionError(path)
        return ErrorAnswer(error="")

    def take_jobs(self, batch: JobBatch) -> Watermark:
        self.batches.append(batch)
        rows = rows_in(batch)
        self.jobs |= {row.db_index: row for row in rows}
        self.complete_until = batch.complete_until or self.complete_until
        return Watermark(complete_until=self.complete_until, stored=len(rows))


@contextmanager
def serving(portal: FakePortal) -> Iterator[FakePortal]:
    """Serve on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(portal))
    server.daemon_threads = True
    portal.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(portal: FakePortal) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self._is_known():
                self._answer(portal.tell(self.path, self.headers.get("If-None-Match")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            if self._is_known():
                self._answer(portal.take(self.path, gzip.decompress(body) if packed else body))

        def _is_known(self) -> bool:
            refusal = portal.refuses.get(urlsplit(self.path).path.removeprefix(API_PREFIX))
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._answer(ErrorAnswer(error="Unknown token."), status=401)
                return False
            if refusal is not None:
                self._answer(ErrorAnswer(error="Not now."), status=refusal)
            return refusal is None

        def _answer(self, message: Message | None, status: int = 200) -> None:
            content = b"" if message is None else message.model_dump_json().encode()
            self.send_response(304 if message is None else status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    return Handler
