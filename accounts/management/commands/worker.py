"""`manage.py worker`: the process that sends mail and does other slow work."""

import logging
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

log = logging.getLogger(__name__)

LOCK = "belfry_worker"
RETRY_SECONDS = 2


class Command(BaseCommand):
    """Runs tasks one after the other; a task that a killed worker left is run again."""

    help = "Run background tasks. Outlives restarts of the database; only one runs at a time."

    def add_arguments(self, parser: CommandParser) -> None:
        """How often to look for work."""
        parser.add_argument(
            "--interval", type=float, default=1.0, help="seconds between looks (default 1)"
        )
        parser.add_argument("--batch", action="store_true", help="end when nothing is left to do")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        while True:
            try:
                work(interval=options["interval"], batch=options["batch"])
            except (OperationalError, InterfaceError) as error:
                log.warning("the database does not answer: %s; again in %d s", error, RETRY_SECONDS)
                connections.close_all()
                time.sleep(RETRY_SECONDS)
            else:
                return


def work(*, interval: float, batch: bool) -> None:
    """Take over what was left, then run tasks; raises when the database goes away."""
    guard = only_one()
    try:
        requeue_abandoned()
        call_command("db_worker", interval=interval, batch=batch, startup_delay=False)
    finally:
        guard.close()


def only_one() -> BaseDatabaseWrapper:
    """A connection that holds the worker's lock; raises CommandError if another worker runs."""
    # A connection of its own, since the worker's is renewed from time to time.
    guard = connections.create_connection("default")
    with guard.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [LOCK])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        guard.close()
        raise CommandError("Another worker runs already; stop it first.")
    return guard


def requeue_abandoned() -> int:
    """Make tasks ready again that a killed worker had begun; they may then have run twice."""
    abandoned = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    count = abandoned.update(status=TaskResultStatus.READY, started_at=None)
    if count:
        log.warning("%d tasks were begun by a worker that is gone; they are run again", count)
    return count
