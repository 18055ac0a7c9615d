# ruff: noqa: N999  # gunicorn looks for a file of this very name
"""How gunicorn serves the portal, in production and in the demonstration alike.

BELFRY_BIND, BELFRY_WORKERS, BELFRY_THREADS and BELFRY_ACCESS_LOG change it; see docs/settings.md.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from importlib import import_module
from typing import Any

from gunicorn.glogging import Logger

MOST = 256


def _count(name: str, default: int) -> int:
    """A whole number of at least one, or a start that ends with the variable's name."""
    text = os.environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST):
        sys.stderr.write(f"belfry: {name} must be a number from 1 to {MOST}, not {text!r}\n")
        raise SystemExit(os.EX_CONFIG)
    return int(text)


class DiscreetLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Writes the path of each request without its query, and without the secrets in some paths."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> Any:
        """What a line of the access log may say."""
        # The portal can be found only once gunicorn has loaded it.
        from portal.discreet_log import without_secrets  # noqa: PLC0415

        known = super().atoms(resp, req, environ, request_time)
        known["U"] = without_secrets(str(known["U"]))
        return known


def when_ready(_server: Any) -> None:
    """Load every page's code, and let no collection of garbage look through it again.

    It does not change from here on, in any of the processes that share it; looking through all of
    it stops one of them for a fifth of a second.
    """
    # Settings can be read only once gunicorn has loaded the portal.
    from django.conf import settings  # noqa: PLC0415

    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()


bind = os.environ.get("BELFRY_BIND") or "127.0.0.1:8000"

# Each site's bridge that waits for news holds a thread for up to 25 s, of whichever worker took it.
worker_class = "gthread"
workers = _count("BELFRY_WORKERS", 2)
threads = _count("BELFRY_THREADS", 16)
preload_app = True

# A thread that works does not stop its worker's heartbeat, so this catches a stuck process only.
timeout = 60
# Waiting bridges simply ask again, so a restart need not sit their 25 s out.
graceful_timeout = 5
keepalive = 5
# After so many requests a worker is replaced, which bounds the harm of a leak.
max_requests = 20_000
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm"  # noqa: S108  # gunicorn makes unlinked files in it, in memory
# Nobody steers a running gunicorn through a socket: systemd stops and starts it.
control_socket_disable = True

limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# Only a proxy on this very host may say that the browser came by HTTPS.
forwarded_allow_ips = "127.0.0.1,::1"

# Each worker counts its requests in a file of its own here; whichever is asked adds them up.
_METRICS = "PROMETHEUS_MULTIPROC_DIR"
_own_metrics = _METRICS not in os.environ
if _own_metrics:
    os.environ[_METRICS] = tempfile.mkdtemp(prefix="belfry-metrics-")


def child_exit(server: Any, worker: Any) -> None:
    """Forget what only a living worker may say."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Leave no folder behind."""
    if _own_metrics:
        shutil.rmtree(os.environ[_METRICS], ignore_errors=True)


logger_class = DiscreetLogger
accesslog = None if os.environ.get("BELFRY_ACCESS_LOG") == "off" else "-"
errorlog = "-"
# X-Real-IP is what our nginx sets; %(h)s would always name nginx itself.
access_log_format = '%({x-real-ip}i)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
