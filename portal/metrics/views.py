"""The metrics, for whom the settings name and for nobody else."""

import os
from ipaddress import ip_address
from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from portal.metrics.latency import REQUESTS
from portal.metrics.state import StateCollector

MULTIPROCESS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics; to everybody else the address does not exist."""
    if not (_has_token(request) or _is_allowed(request)):
        raise Http404
    registry = CollectorRegistry()
    if MULTIPROCESS_FOLDER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REQUESTS)
    registry.register(StateCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _has_token(request: HttpRequest) -> bool:
    wanted = settings.METRICS_TOKEN
    kind, _space, given = request.headers.get("Authorization", "").partition(" ")
    if not wanted or kind.lower() != "bearer":
        return False
    return compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())


def _is_allowed(request: HttpRequest) -> bool:
    # Behind our own proxy that header is the proxy's word; without it, anybody's.
    name = "HTTP_X_REAL_IP" if settings.BEHIND_PROXY else "REMOTE_ADDR"
    try:
        address = ip_address(request.META.get(name, ""))
    except ValueError:
        return False
    return any(address in network for network in settings.METRICS_NETWORKS)
