"""The portal's API as the bridge sees it; the only module that speaks to it."""

import gzip
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import httpx
from pydantic import ValidationError

from slurm_bridge import __version__
from slurm_bridge.errors import FatalConfigError, FatalPortalError, TransientPortalError
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
from slurm_bridge.wire_accounting import CounterReading, JobBatch, Watermark
from slurm_bridge.wire_audit import UsageCheck, UsageDays
from slurm_bridge.wire_gpu import GpuBatch, GpuUsageAnswer
from slurm_bridge.wire_offers import Offers, OffersAnswer
from slurm_bridge.wire_terms import Message

Received = TypeVar("Received", bound=Message)

ANSWER_SECONDS = 30
CONNECT_SECONDS = 5
# Shorter bodies are not worth packing.
GZIP_FROM_BYTES = 4096
# Stronger takes three times as long for a sixth less.
COMPRESSION = 1


class PortalClient:
    """One site's connection; the token is read anew for each call, so that it can be rotated."""

    def __init__(
        self,
        *,
        portal_url: str,
        token: Callable[[], str],
        ca_file: Path | None = None,
        uses_proxy: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._token = token
        self._http = httpx.Client(
            base_url=portal_url + API_PREFIX,
            headers={"User-Agent": f"belfry-slurm-bridge/{__version__}"},
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            verify=_trust(ca_file),
            trust_env=uses_proxy,
            transport=transport,
        )

    def desired_state(
        self, *, known_revision: str | None, wait_seconds: int
    ) -> DesiredState | None:
        """What the portal wants now, or None if it still wants the known revision.

        With a known revision the portal holds its answer back for up to `wait_seconds`.
        """
        headers = {} if known_revision is None else {"If-None-Match": f'"{known_revision}"'}
        response = self._call(
            "GET",
            "/desired-state",
            params={"wait": wait_seconds},
            headers=headers,
            timeout=httpx.Timeout(ANSWER_SECONDS + wait_seconds, connect=CONNECT_SECONDS),
        )
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return None
        return _received(response, DesiredState)

    def report(self, report: SyncReport) -> None:
        """Say what became of a plan."""
        self._post("/sync-results", report)

    def send_jobs(self, batch: JobBatch) -> Watermark:
        """Deliver jobs; the answer says from when the next window must start."""
        return self.packed_jobs(batch)()

    def packed_jobs(self, batch: JobBatch) -> Callable[[], Watermark]:
        """Pack jobs now, and deliver them when what is returned is called."""
        packed = _packed(batch.model_dump_json(exclude_defaults=True))
        return lambda: _received(self._post_packed("/jobs", packed), Watermark)

    def offer_accounts(self, offers: Offers) -> OffersAnswer:
        """Ask staff to bring accounts under projects."""
        return _received(self._post("/adoptions", offers), OffersAnswer)

    def send_counters(self, reading: CounterReading) -> None:
        """Say how much of each budget is gone, as Slurm counts it."""
        self._post("/budget-counters", reading)

    def usage_days(self, first: date, last: date) -> UsageDays:
        """What the portal counted at the site from one day to another, both included."""
        params = {"from": first.isoformat(), "to": last.isoformat()}
        return _received(self._call("GET", "/usage-days", headers={}, params=params), UsageDays)

    def send_usage_check(self, check: UsageCheck) -> None:
        """Say what came of holding usage against Slurm's own figures."""
        self._post("/usage-checks", check)

    def send_gpu_usage(self, batch: GpuBatch) -> GpuUsageAnswer:
        """Deliver what GPUs did for jobs."""
        packed = _packed(batch.model_dump_json(exclude_defaults=True))
        return _received(self._post_packed("/gpu-usage", packed), GpuUsageAnswer)

    def heartbeat(self, heartbeat: Heartbeat) -> HeartbeatAnswer:
        """Say how the site is."""
        return _received(self._post("/heartbeat", heartbeat), HeartbeatAnswer)

    def lease(self, request: LeaseRequest) -> LeaseAnswer:
        """Ask to be the only bridge that writes to the site."""
        return _received(self._post("/lease", request), LeaseAnswer)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _post(self, path: str, message: Message) -> httpx.Response:
        return self._post_packed(path, _packed(message.model_dump_json()))

    def _post_packed(self, path: str, packed: "Packed") -> httpx.Response:
        return self._call("POST", path, content=packed.body, headers=packed.headers)

    def _call(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str],
        params: Mapping[str, int | str] | None = None,
        content: bytes | None = None,
        timeout: httpx.Timeout | None = None,
    ) -> httpx.Response:
        headers = headers | {"Authorization": f"Bearer {self._token()}"}
        try:
            response = self._http.request(
                method,
                path,
                headers=headers,
                params=params,
                content=content,
                timeout=timeout or self._http.timeout,
            )
        except httpx.HTTPError as error:
            raise TransientPortalError(f"the portal does not answer: {_told(error)}") from error
        _raise_for_status(response)
        return response


@dataclass(frozen=True)
class Packed:
    """A body as it goes over the wire, with what its headers say of it."""

    body: bytes
    headers: dict[str, str]


def _packed(text: str) -> Packed:
    body, headers = text.encode(), {"Content-Type": "application/json"}
    if len(body) >= GZIP_FROM_BYTES:
        body = gzip.compress(body, COMPRESSION)
        headers["Content-Encoding"] = "gzip"
    return Packed(body, headers)


def _raise_for_status(response: httpx.Response) -> None:
    code = response.status_code
    if response.is_success or code == httpx.codes.NOT_MODIFIED:
        return
    said = _refusal(response)
    if (
        code in {httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS}
        or response.is_server_error
    ):
        raise TransientPortalError(f"the portal cannot answer just now ({code}): {said}")
    if code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise FatalPortalError(f"the portal does not accept this site's token ({code}): {said}")
    raise FatalPortalError(f"the portal refuses what the bridge sent ({code}): {said}")


def _refusal(response: httpx.Response) -> str:
    try:
        return ErrorAnswer.model_validate_json(response.content).error[:500]
    except ValidationError:
        return response.reason_phrase or "no reason given"


def _received(response: httpx.Response, kind: type[Received]) -> Received:
    try:
        return kind.model_validate_json(response.content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole answer"
        raise FatalPortalError(
            f"the portal's {kind.__name__} does not follow this bridge's contract:"
            f" {place}: {first['msg']}; install the same release on both ends"
        ) from error


def _told(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__


def _trust(ca_file: Path | None) -> ssl.SSLContext | bool:
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise FatalConfigError(f"cannot use the certificates in {ca_file}: {error}") from error
