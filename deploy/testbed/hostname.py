"""The name under which Slurm's daemons run.

They listen on whatever address the machine's own name resolves to. Where that is not the
loopback address they get a name of their own, `localhost`, in a UTS namespace.
"""

from __future__ import annotations

import socket
from dataclasses import replace
from functools import cache

from deploy.testbed.processes import Service

PRIVATE_NAME = "localhost"
IN_NAMESPACE = ("/usr/bin/unshare", "--uts", "/bin/sh", "-c", 'hostname "$0" && exec "$@"')


@cache
def resolves_to_loopback(hostname: str) -> bool:
    """Whether a service that binds to this name binds to 127.0.0.1."""
    try:
        return socket.gethostbyname(hostname) == "127.0.0.1"
    except OSError:
        return False


def daemon_hostname() -> str:
    """The host name that Slurm's daemons see."""
    own = socket.gethostname()
    return own.partition(".")[0] if resolves_to_loopback(own) else PRIVATE_NAME


def on_loopback(service: Service) -> Service:
    """The service, run so that its host name resolves to 127.0.0.1; it keeps its process id."""
    if resolves_to_loopback(socket.gethostname()):
        return service
    # Only root may make a namespace, so the service's own user is taken on inside it.
    become = (f"--reuid={service.user}", f"--regid={service.user}", "--clear-groups")
    command = (*IN_NAMESPACE, PRIVATE_NAME, "/usr/bin/setpriv", *become, *service.command)
    return replace(service, command=command, user="root")
