"""Remembers what was found in tables, for exactly as long as nothing in them changes.

Each change of an audited table writes an event, which takes the next number of its table at once,
before its transaction ends: while no number is taken, nothing changes. And whoever has taken one
holds a lock on the table of events until the change can be seen. So it is with what is counted of
days that have ended, whose changes take numbers of a table of their own.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, TypeVar

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
            SELECT pg_sequence_last_value(pg_get_serial_sequence(name, number)::regclass)
            FROM unnest(%(tables)s, %(numbers)s) AS event (name, number)
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


@dataclass(frozen=True)
class Standing:
    """The last numbers of some tables, and whether nobody was writing after that."""

    numbers: Numbers
    is_calm: bool


@dataclass
class Remembered(Generic[Answer]):
    """Answers that depend on these models and on their keys alone; each process has its own."""

    models: Sequence[str]
    """As in `allocations.Membership`; all of them must be audited, or have numbers themselves."""
    most: int = MOST
    _answers: OrderedDict[Hashable, tuple[Numbers, Answer]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def answer(
        self, key: Hashable, make: Callable[[], Answer], standing: Standing | None = None
    ) -> Answer:
        """What `make` says, or said when all was as it is now; nobody may change it.

        To know that costs one question, unless the page has asked it before. While somebody
        writes, nothing new is kept.
        """
        now = standing or self.standing()
        with self._lock:
            known = self._answers.get(key)
            if known is not None and known[0] == now.numbers:
                self._answers.move_to_end(key)
                return known[1]
        made = make()
        if now.is_calm:
            with self._lock:
                self._answers[key] = (now.numbers, made)
                self._answers.move_to_end(key)
                while len(self._answers) > self.most:
                    self._answers.popitem(last=False)
        return made

    def forget(self) -> None:
        """Know nothing, as a new process."""
        with self._lock:
            self._answers.clear()

    def standing(self) -> Standing:
        """How things stand, for all that a page asks."""
        return standings(self)[0]


def standings(*memories: Remembered[Any]) -> list[Standing]:
    """How things stand for each of these, in one question."""
    models = sorted({model for memory in memories for model in memory.models})
    tables, columns = zip(*map(_numbered, models), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_NOW, {"tables": list(tables), "numbers": list(columns)})
        numbers, is_calm = cursor.fetchone()
    last = dict(zip(models, numbers, strict=True))
    return [Standing(tuple(last[model] for model in memory.models), is_calm) for memory in memories]


def _numbered(model: str) -> tuple[str, str]:
    """The table that takes a number for each change of a model, and the column of the numbers."""
    try:
        return _table(f"{model}Event"), "pgh_id"
    except LookupError:
        return _table(model), "id"


def _table(model: str) -> str:
    return str(apps.get_model(model)._meta.db_table)  # noqa: SLF001 -- documented
