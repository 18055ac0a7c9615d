"""Asking nodes' exporters: a whole answer in time and of bounded size, or none at all."""

import time

import httpx

from slurm_bridge.gpu.faults import NodeFaultError


class NodeClient:
    """Reads pages of exporters; never follows where one leads, and unpacks nothing."""

    def __init__(
        self,
        *,
        timeout_seconds: float,
        largest_bytes: int,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._seconds, self._largest = timeout_seconds, largest_bytes
        self._http = httpx.Client(
            timeout=timeout_seconds,
            headers={"Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def read(self, address: str) -> bytes:
        """A page; raises NodeFaultError for whatever is no whole page."""
        deadline = time.monotonic() + self._seconds
        try:
            with self._http.stream("GET", address) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise NodeFaultError("unreadable", f"it answers {answer.status_code}")
                if "content-encoding" in answer.headers:
                    raise NodeFaultError("unreadable", "it answers packed, unasked")
                return self._whole(answer, deadline)
        except httpx.RemoteProtocolError as error:
            raise NodeFaultError("cut_off", _told(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise NodeFaultError("unreachable", _told(error)) from error

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _whole(self, answer: httpx.Response, deadline: float) -> bytes:
        body = bytearray()
        for piece in answer.iter_raw():
            body += piece
            if len(body) > self._largest:
                raise NodeFaultError("too_large", f"more than {self._largest} bytes")
            if time.monotonic() > deadline:
                raise NodeFaultError("cut_off", f"not whole within {self._seconds:g} s")
        return bytes(body)


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__
