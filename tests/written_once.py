"""Rows that many tests begin with, written by the real code once and copied from then on."""

from collections.abc import Callable

import pgtrigger
from django.db import connection, transaction

Rows = dict[str, list[str]]
"""Of each table the rows as JSON, in the order of their keys, which are their first columns."""


def rows_written_by(write: Callable[[], None]) -> Rows:
    """What this writes, the trail that triggers leave included; nothing of it stays."""
    with transaction.atomic():
        before = _all_rows()
        write()
        after = _all_rows()
        transaction.set_rollback(True)
    written = {
        table: [row for row in rows if row not in before[table]] for table, rows in after.items()
    }
    return {table: rows for table, rows in written.items() if rows}


def copy_rows(rows: Rows) -> None:
    """Write them again, keys and all; sequences have passed them."""
    statements = [
        f'INSERT INTO "{table}" SELECT * FROM json_populate_recordset(NULL::"{table}", %s)'
        for table in rows
    ]
    # Their trail is among them, so no trigger is to leave another.
    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("; ".join(statements), [f"[{','.join(there)}]" for there in rows.values()])


def _all_rows() -> Rows:
    return {table: _rows(table) for table in connection.introspection.table_names()}


def _rows(table: str) -> list[str]:
    with connection.cursor() as cursor:
        # Not as they lie: a row may take the place of one that was vacuumed away.
        cursor.execute(f'SELECT to_json(line)::text, line.* FROM "{table}" AS line ORDER BY 2')
        return [text for text, *_ in cursor.fetchall()]
