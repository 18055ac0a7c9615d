"""How long requests take, counted by all processes of the web server together.

Under gunicorn each process writes to a file of its own in PROMETHEUS_MULTIPROC_DIR, which
deploy/gunicorn.conf.py makes; whichever process is asked adds all of them up.
"""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

GetResponse = Callable[[HttpRequest], HttpResponse]
_METHODS = frozenset({"GET", "HEAD", "POST"})

REQUESTS = Histogram(
    "belfry_request_seconds",
    "How long requests took, by the name of the page or address and the kind of answer.",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


class LatencyMiddleware:
    """Measures each request; names of routes keep the number of series bounded."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and note how long it took."""
        began = time.perf_counter()
        response = self.get_response(request)
        found = getattr(request, "resolver_match", None)
        method = request.method or ""
        REQUESTS.labels(
            method=method if method in _METHODS else "other",
            route=(found.view_name if found else "") or "none",
            status=f"{response.status_code // 100}xx",
        ).observe(time.perf_counter() - began)
        return response
