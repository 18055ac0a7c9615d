"""One command at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.testbed.layout import Layout


@contextmanager
def one_at_a_time(layout: Layout) -> Iterator[None]:
    """While open, no other command starts or stops this testbed's services."""
    with layout.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
