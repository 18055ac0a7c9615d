"""munged: signs who is asking, for every daemon and command of both clusters."""

from __future__ import annotations

import secrets

from deploy.testbed.folders import owned_file, owned_folder
from deploy.testbed.layout import Layout
from deploy.testbed.processes import Service
from deploy.testbed.sockets import is_unix_socket_answering

USER = "munge"


def prepare_munge(layout: Layout) -> None:
    """Make munged's folder and key, once."""
    owned_folder(layout.munge, USER)
    key = layout.munge / "key"
    if not key.exists():
        owned_file(key, secrets.token_hex(64), USER, 0o400)


def munge_service(layout: Layout) -> Service:
    """A munged with a key and socket of the testbed's own."""
    return Service(
        name="munge",
        command=(
            "/usr/sbin/munged",
            "--foreground",
            "--force",
            f"--socket={layout.munge_socket}",
            f"--key-file={layout.munge / 'key'}",
            f"--pid-file={layout.munge / 'pid'}",
            f"--seed-file={layout.munge / 'seed'}",
            f"--log-file={layout.munge / 'munged.log'}",
        ),
        user=USER,
        is_ready=lambda: is_unix_socket_answering(layout.munge_socket),
    )
