"""How much room jobs and what is counted of them take: a child of `bench.reports`."""

import json

import django

django.setup()

from django.db import connection  # noqa: E402

_SIZES = """
    SELECT COALESCE(parent.relname, own.relname), SUM(own.reltuples)::bigint,
           SUM(pg_table_size(own.oid))::bigint, SUM(pg_indexes_size(own.oid))::bigint
    FROM pg_class own
    LEFT JOIN pg_inherits ON inhrelid = own.oid
    LEFT JOIN pg_class parent ON parent.oid = inhparent
    WHERE own.relkind = 'r' AND COALESCE(parent.relname, own.relname) = ANY(%s)
    GROUP BY 1 ORDER BY 1
"""
TABLES = (
    "job", "dailyusage", "joboutcome", "queuewait",
    "projectmonth", "projectwait", "projectyearwait", "siteday", "sitemonthwait", "sitewait",
)  # fmt: skip


def main() -> None:
    """Print rows, and the bytes of each row and of its share of the indexes."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, [[f"allocations_{name}" for name in TABLES]])
        found = {
            name.removeprefix("allocations_"): {
                "rows": rows,
                "bytes_a_row": round(table / max(rows, 1)),
                "index_bytes_a_row": round(indexes / max(rows, 1)),
            }
            for name, rows, table, indexes in cursor.fetchall()
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
