"""How a test's world begins: chapters that are told by the real code once and copied from then on.

A chapter is copied only where all that is there are the same chapters, told in the same order:
whatever else a test writes or sets before, is met by the real code.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.core import mail
from django.db import connection
from django.utils import timezone

from tests.written_once import Changes, changes_made_by

WRITING = re.compile(r"\b(INSERT|UPDATE|DELETE|TRUNCATE|MERGE|COPY|CREATE|ALTER|DROP)\b")
ALWAYS_CHANGED = {"WHITENOISE_USE_FINDERS", "TASKS", "PASSWORD_HASHERS", "SETTINGS_MODULE"}
"""By the fixture that every test has, and by Django with it."""


@dataclass(frozen=True)
class Chapter:
    """What somebody did once."""

    changes: Changes
    mails: list[Any]
    key: int
    """Of what it is about."""


def settings_now() -> dict[str, Any]:
    """Every setting that a test may have changed."""
    names = (name for name in dir(settings) if name.isupper() and name not in ALWAYS_CHANGED)
    return {name: getattr(settings, name) for name in names}


@dataclass
class Story:
    """What a test has begun with so far."""

    usual_settings: dict[str, Any]
    told: tuple[str, ...] = ()
    is_own: bool = False
    """Whether there is anything in it that no chapter told."""
    is_telling: bool = field(default=False, repr=False)

    known: ClassVar[dict[tuple[date, date, tuple[str, ...]], Chapter]] = {}
    """Told today, here and in UTC: what was begun yesterday ends on another day."""

    def begin(self, name: str, write: Callable[[], object]) -> None:
        """Tell what every story begins with, in an empty database."""
        with self._telling():
            write()
        self.told = (name,)

    def tell(self, name: str, write: Callable[[], int]) -> int:
        """Let this be done, or what it did to the same world before; the key that it answers."""
        if not self._is_as_told():
            self.is_own = True
            return write()
        self.told += (name,)
        now = timezone.localdate(), timezone.now().date(), self.told
        with self._telling():
            if now not in self.known:
                self.known[now] = _listen(write)
            else:
                self.known[now].changes.make_again()
                mail.outbox.extend(self.known[now].mails)
        return self.known[now].key

    def _is_as_told(self) -> bool:
        """Whether all that is there was told; in a transaction, which others do not look into."""
        is_told = bool(self.told) and not self.is_own and connection.in_atomic_block
        return is_told and settings_now() == self.usual_settings

    @contextmanager
    def _telling(self) -> Iterator[None]:
        self.is_telling = True
        try:
            yield
        finally:
            self.is_telling = False

    def note(self, execute: Any, sql: str, *rest: Any) -> Any:
        """Take note of what is written by anybody else."""
        if not self.is_own and not self.is_telling and WRITING.search(str(sql)):
            self.is_own = True
        return execute(sql, *rest)


def _listen(write: Callable[[], int]) -> Chapter:
    sent, keys = len(mail.outbox), []
    changes = changes_made_by(lambda: keys.append(write()))
    return Chapter(changes, mail.outbox[sent:], keys[0])
