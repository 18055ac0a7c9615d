"""Remembers what was found in audited tables, for exactly as long as nothing in them changes.

Each change of an audited table writes an event, which takes the next number of its table at once,
before its transaction ends: while no number is taken, nothing changes. And whoever has taken one
holds a lock on the table of events until the change can be seen.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from django.apps import apps
from django.db import connection

Answer = TypeVar("Answer")
Numbers = tuple[int | None, ...]
"""The last number that each table's events have taken; None where there never was one."""

MOST = 64

# The numbers are read first: whoever took one of these before either has ended, and is seen by each
# question after this one, or still has a lock.
_NOW = """
    WITH number AS MATERIALIZED (
        SELECT ARRAY(
            SELECT pg_sequence_last_value(pg_get_serial_sequence(name, 'pgh_id')::regclass)
            FROM unnest(%(tables)s) AS event (name)
        ) AS last
    )
    SELECT number.last, NOT EXISTS (
        SELECT FROM pg_locks
        WHERE relation = ANY (%(tables)s::regclass[]::oid[]) AND granted
          AND mode IN (
              'RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'
          )
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND number.last IS NOT NULL
    )
    FROM number
"""


@dataclass
class Remembered(Generic[Answer]):
    """Answers that depend on these models and on their keys alone; each process has its own."""

    models: Sequence[str]
    """As in `allocations.Membership`; all of them must be audited."""
    most: int = MOST
    _answers: OrderedDict[Hashable, tuple[Numbers, Answer]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def answer(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """What `make` says, or said when all was as it is now; nobody may change it.

        To know that costs one question. While somebody writes, nothing new is kept.
        """
        numbers, is_calm = self._now()
        with self._lock:
            known = self._answers.get(key)
            if known is not None and known[0] == numbers:
                self._answers.move_to_end(key)
                return known[1]
        made = make()
        if is_calm:
            with self._lock:
                self._answers[key] = (numbers, made)
                self._answers.move_to_end(key)
                while len(self._answers) > self.most:
                    self._answers.popitem(last=False)
        return made

    def _now(self) -> tuple[Numbers, bool]:
        """The last numbers, and whether nobody was writing after that."""
        tables = [_events_of(model) for model in self.models]
        with connection.cursor() as cursor:
            cursor.execute(_NOW, {"tables": tables})
            numbers, is_calm = cursor.fetchone()
        return tuple(numbers), is_calm


def _events_of(model: str) -> str:
    """The table of a model's events."""
    return str(apps.get_model(f"{model}Event")._meta.db_table)  # noqa: SLF001 -- documented
