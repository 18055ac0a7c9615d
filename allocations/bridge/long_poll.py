"""Holds a bridge's question open until there is something new to say."""

import select
import time

from django.db import connection

from accounts.key_actions import PEOPLE_CHANNEL
from allocations.actions.wake import CHANNEL
from allocations.desired_state import desired_state
from allocations.models import Site
from slurm_bridge.wire import DesiredState

LONGEST_WAIT_SECONDS = 25


def wait_for_change(
    site: Site, *, known_revision: str | None, seconds: float
) -> DesiredState | None:
    """Return the desired state once its revision is not the known one; None if time runs out.

    It listens before it looks, so that no change falls between the two.
    """
    deadline = time.monotonic() + min(seconds, LONGEST_WAIT_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}; LISTEN {PEOPLE_CHANNEL}")
        try:
            while True:
                state = desired_state(site)
                if state.revision != known_revision:
                    return state
                if not _notified(site, deadline):
                    return None
        finally:
            if connection.is_usable():
                cursor.execute(f"UNLISTEN {CHANNEL}; UNLISTEN {PEOPLE_CHANNEL}")


def _notified(site: Site, deadline: float) -> bool:
    """Whether PostgreSQL said before the deadline that this site may have changed."""
    raw = connection.connection
    poll = select.poll()
    poll.register(raw, select.POLLIN)
    while (left := deadline - time.monotonic()) > 0:
        poll.poll(left * 1000)
        # The driver's own errors, such as a server that has gone, become Django's.
        with connection.wrap_database_errors:
            raw.poll()
        # What changes about a person may matter to every site.
        news = [
            notice.channel == PEOPLE_CHANNEL or notice.payload == site.code
            for notice in raw.notifies
        ]
        raw.notifies.clear()
        if any(news):
            return True
    return False
