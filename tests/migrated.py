"""A copy of the migrated database, so that a kept testbed need not migrate for every run.

Migrating takes longer than most files of tests. The copy bears the digest of all migrations: where
one of them has changed, there is none yet.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import connections
from psycopg2 import sql

from deploy.testbed.layout import REPOSITORY

TEST_DATABASE = "test_belfry"
PINS = REPOSITORY / "deploy" / "requirements" / "portal.txt"


def start_from_copy() -> bool:
    """Make the tests' database from the copy; False if there is none."""
    with _maintenance() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_copy_name()])
        if cursor.fetchone() is None:
            return False
        cursor.execute(f"DROP DATABASE IF EXISTS {TEST_DATABASE} WITH (FORCE)")
        _copy(cursor, source=_copy_name(), target=TEST_DATABASE)
    return True


def keep_copy() -> None:
    """Keep the tests' database, as it is now, for runs to come."""
    connections["default"].close()
    with _maintenance() as cursor:
        _copy(cursor, source=TEST_DATABASE, target=_copy_name())


def _copy(cursor: Any, *, source: str, target: str) -> None:
    words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    cursor.execute(words.format(sql.Identifier(target), sql.Identifier(source)))


def _copy_name() -> str:
    digest = hashlib.sha256()
    for path in sorted([PINS, *REPOSITORY.glob("*/migrations/*.py")]):
        digest.update(path.relative_to(REPOSITORY).as_posix().encode() + path.read_bytes())
    return f"migrated_{digest.hexdigest()[:16]}"


@contextmanager
def _maintenance() -> Iterator[Any]:
    """A cursor on a database that is nobody's, outside of any transaction."""
    known = connections["default"].settings_dict
    connection = psycopg2.connect(
        host=known["HOST"],
        port=known["PORT"],
        user=known["USER"],
        password=known["PASSWORD"],
        dbname="postgres",
    )
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()
