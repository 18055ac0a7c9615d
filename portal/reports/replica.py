"""Reports read a streaming replica where there is one that keeps up; else the primary database.

Who asks, and what they may see, is always decided on the primary. Every write goes there.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.models import Model
from django.http import HttpResponse

from accounts.requests import SignedInRequest

log = logging.getLogger(__name__)

REPLICA = "reports"
JUDGED_FOR_SECONDS = 5.0
View = TypeVar("View", bound=Callable[..., HttpResponse])

_reading: ContextVar[str] = ContextVar("reading", default=DEFAULT_DB_ALIAS)

# A primary on which nobody writes sends nothing to replay: a replica that has replayed all that it
# received is as new as its stream is alive. Without a stream it is as old as its last transaction.
_SECONDS_BEHIND = """
    SELECT CASE
        WHEN NOT pg_is_in_recovery() THEN 0
        WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
             AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
        ELSE EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp())
    END
"""


class ReplicaRouter:
    """Sends reads inside `from_replica` to the replica, and nothing else."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """Where this thread reads just now."""
        return _reading.get()

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """The primary, also for what was read from the replica."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *objects: Model, **hints: Any) -> bool:
        """Both hold the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """The replica's tables come with the stream."""
        return db == DEFAULT_DB_ALIAS


@dataclass
class _Judgement:
    """Whether the replica is fit to read, and until when that holds."""

    is_fit: bool = False
    holds_until: float = 0.0


_judgement = _Judgement()


def reads_from_replica(view: View) -> View:
    """A view whose figures come from the replica; the reader is known before it begins."""

    @wraps(view)
    def wrapped(request: SignedInRequest, *args: object, **kwargs: object) -> HttpResponse:
        bool(request.user.is_authenticated)  # Loads the person, lazily until now.
        with from_replica():
            return view(request, *args, **kwargs)

    return cast(View, wrapped)


@contextmanager
def from_replica() -> Iterator[None]:
    """While open, this thread reads from the replica, if there is one that keeps up."""
    if not is_replica_fit():
        yield
        return
    token = _reading.set(REPLICA)
    try:
        yield
    finally:
        _reading.reset(token)


def is_replica_fit() -> bool:
    """Whether there is a replica that answers and keeps up; judged anew every few seconds."""
    if REPLICA not in connections.databases:
        return False
    now = time.monotonic()
    if now >= _judgement.holds_until:
        _judgement.is_fit = _judge()
        _judgement.holds_until = now + JUDGED_FOR_SECONDS
    return _judgement.is_fit


def _judge() -> bool:
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(_SECONDS_BEHIND)
            (behind,) = cursor.fetchone()
    except DatabaseError as error:
        log.warning("reports read the primary database: the replica does not answer: %s", error)
        connections[REPLICA].close()
        return False
    if behind is None or behind > settings.REPORTS_MAX_LAG_SECONDS:
        said = "unknown" if behind is None else f"{behind:.0f} s"
        log.warning("reports read the primary database: the replica is behind by %s", said)
        return False
    return True
