"""Rows that many tests begin with, written by the real code once and copied from then on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

Rows = dict[str, list[str]]
"""Of each table the rows as JSON, in the order of their keys, which are their first columns."""
Keyed = dict[str, dict[Any, str]]
"""Of each table the rows as JSON, by their keys."""


@dataclass(frozen=True)
class Changes:
    """What some code did to the rows: those that went or became others, and those that came."""

    gone: Mapping[tuple[str, str], list[Any]]
    """Keys by table and by the name of its key."""
    came: Rows

    def make_again(self) -> None:
        """Do the same to rows that are as they were before."""
        _carry_out(
            [(f'DELETE FROM "{table}" WHERE "{key}" = ANY(%s)', keys)
             for (table, key), keys in self.gone.items()]
            + _insertions(self.came)
        )  # fmt: skip


def rows_written_by(write: Callable[[], object]) -> Rows:
    """What this writes, the trail that triggers leave included; nothing of it stays."""
    with transaction.atomic():
        before = _all_rows()
        write()
        after = _all_rows()
        transaction.set_rollback(True)
    return _that_came(before, after)


def changes_made_by(write: Callable[[], object]) -> Changes:
    """What this changes, the trail that triggers leave included; all of it stays."""
    before = _all_rows()
    write()
    after = _all_rows()
    gone = {
        (table, _key_of(table)): keys
        for table, rows in before.items()
        if (keys := [key for key, row in rows.items() if after[table].get(key) != row])
    }
    return Changes(gone, _that_came(before, after))


def copy_rows(rows: Rows) -> None:
    """Write them again, keys and all; sequences have passed them."""
    _carry_out(_insertions(rows))


def _insertions(rows: Rows) -> list[tuple[str, Any]]:
    return [
        (
            f'INSERT INTO "{table}" SELECT * FROM json_populate_recordset(NULL::"{table}", %s)',
            f"[{','.join(there)}]",
        )
        for table, there in rows.items()
    ]


def _carry_out(statements: list[tuple[str, Any]]) -> None:
    """As a replica does: no trigger leaves a trail, for theirs is among the rows."""
    if statements:
        role = "SET LOCAL session_replication_role ="
        quietly = [f"{role} replica", *(sql for sql, _ in statements), f"{role} origin"]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("; ".join(quietly), [value for _, value in statements])


def _that_came(before: Keyed, after: Keyed) -> Rows:
    came = {
        table: [row for key, row in rows.items() if before[table].get(key) != row]
        for table, rows in after.items()
    }
    return {table: rows for table, rows in came.items() if rows}


def _all_rows() -> Keyed:
    return {table: _rows(table) for table in connection.introspection.table_names()}


def _rows(table: str) -> dict[Any, str]:
    with connection.cursor() as cursor:
        # Not as they lie: a row may take the place of one that was vacuumed away.
        cursor.execute(f'SELECT to_json(line)::text, line.* FROM "{table}" AS line ORDER BY 2')
        return {key: text for text, key, *_ in cursor.fetchall()}


def _key_of(table: str) -> str:
    with connection.cursor() as cursor:
        return str(connection.introspection.get_primary_key_column(cursor, table))
