"""All waits of a day, a month or a year in one row, where each bucket of the scale had its own.

A batch changes many buckets of few days: what was thousands of rows to find and write is a hundred.
The difference is reckoned once for all sums, of which it changes a row each by what it finds there.
What is kept is what was known, put together; a sum of which nothing is left keeps its row, empty.

A portal that is not yet restarted cannot count runs, nor show waits.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models import F, Q

KEYS = {
    "queuewait": ("project_id", "site_id", "day"),
    "projectwait": ("month", "site_id", "project_id"),
    "projectyearwait": ("year", "site_id", "project_id"),
    "sitewait": ("day", "site_id"),
    "sitemonthwait": ("month", "site_id"),
}
UNIQUE = {
    "queuewait": "one_wait_a_day",
    "projectwait": "one_wait_a_month",
    "projectyearwait": "one_wait_a_year",
    "sitewait": "one_wait_a_site_and_day",
    "sitemonthwait": "one_wait_a_site_and_month",
}
ARRAYS = "array_agg(bucket ORDER BY bucket) AS buckets, array_agg(jobs ORDER BY bucket) AS jobs"

# What is merged into days tells of each way of changing them, and mostly of no row.
KEEP = """
    CREATE OR REPLACE FUNCTION allocations_keep_waits() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF EXISTS (SELECT FROM new_rows) THEN {of_new} END IF;
        ELSIF EXISTS (SELECT FROM old_rows) THEN
            IF TG_OP = 'DELETE' THEN {of_old} ELSE {of_both} END IF;
        END IF;
        RETURN NULL;
    END $$
"""
NEW, OLD = (
    f"SELECT site_id, project_id, day, unnest(buckets) AS bucket, {sign}unnest(jobs) AS jobs"
    f" FROM {rows}"
    for sign, rows in (("", "new_rows"), ("-", "old_rows"))
)
CHANGE = "SUM(jobs)::bigint AS jobs"


def added_up(table, rows, **values):
    """What changed, added to a table of sums whose key is made of other columns so."""
    key = ", ".join(KEYS[table])
    made = ", ".join(f"{values[name]} AS {name}" if name in values else name for name in KEYS[table])
    return f"""
        INSERT INTO allocations_{table} AS known ({key}, buckets, jobs)
        SELECT {key}, {ARRAYS}
        FROM (
            SELECT {made}, bucket, {CHANGE}
            FROM {rows} GROUP BY {key}, bucket HAVING SUM(jobs) <> 0
        ) of_bucket
        GROUP BY {key} ORDER BY {key}
        ON CONFLICT ({key}) DO UPDATE SET (buckets, jobs) = (
            SELECT COALESCE(array_agg(bucket), '{{}}'), COALESCE(array_agg(jobs), '{{}}')
            FROM (
                SELECT bucket, COALESCE(before.jobs, 0) + COALESCE(more.jobs, 0) AS jobs
                FROM (SELECT unnest(known.buckets) AS bucket, unnest(known.jobs) AS jobs) before
                FULL JOIN (
                    SELECT unnest(EXCLUDED.buckets) AS bucket, unnest(EXCLUDED.jobs) AS jobs
                ) more USING (bucket)
                ORDER BY bucket
            ) of_bucket
            WHERE jobs <> 0
        )
    """


def keep_all(rows):
    """The statement that brings all sums up to what changed."""
    return f"""
        WITH of_day AS MATERIALIZED (
            SELECT site_id, project_id, day, bucket, {CHANGE}
            FROM ({rows}) changed GROUP BY 1, 2, 3, 4 HAVING SUM(jobs) <> 0
        ),
        of_month AS MATERIALIZED (
            SELECT site_id, project_id, month, bucket, {CHANGE}
            FROM (
                SELECT *, date_trunc('month', day::timestamp)::date AS month FROM of_day
            ) placed
            GROUP BY 1, 2, 3, 4 HAVING SUM(jobs) <> 0
        ),
        sites AS ({added_up("sitewait", "of_day")}),
        projects AS ({added_up("projectwait", "of_month")}),
        years AS (
            {added_up("projectyearwait", "of_month", year="date_trunc('year', month::timestamp)::date")}
        )
        {added_up("sitemonthwait", "of_month")};
    """


def folded(table):
    """One row where there were several: nobody else is told, since no figure changes.

    Rows lie in the order of time, as they would have come.
    """
    key = ", ".join(KEYS[table])
    time = next(name for name in KEYS[table] if not name.endswith("_id"))
    name = f"allocations_{table}"
    return f"""
        CREATE TEMPORARY TABLE folded ON COMMIT DROP AS
        SELECT {key}, {ARRAYS} FROM {name} WHERE jobs > 0 GROUP BY {key};
        TRUNCATE {name};
        ALTER TABLE {name} DROP COLUMN bucket, DROP COLUMN jobs,
            ADD COLUMN buckets smallint[] NOT NULL, ADD COLUMN jobs bigint[] NOT NULL,
            ADD CONSTRAINT {UNIQUE[table]} UNIQUE ({key}),
            ADD CONSTRAINT {table}_in_pairs
                CHECK (cardinality(buckets) = cardinality(jobs)),
            DISABLE TRIGGER USER;
        INSERT INTO {name} ({key}, buckets, jobs)
            SELECT {key}, buckets, jobs::bigint[] FROM folded ORDER BY {time}, {key};
        ALTER TABLE {name} ENABLE TRIGGER USER;
        ANALYZE {name};
        DROP TABLE folded;
    """


def in_one_row(table):
    """The same of what Django knows of a table."""
    whole = UNIQUE[table]
    fields = tuple(name.removesuffix("_id") for name in KEYS[table])
    paired = models.CheckConstraint(
        condition=Q(buckets__len=F("jobs__len")), name=f"{table}_in_pairs"
    )
    arrays = {"buckets": models.SmallIntegerField(), "jobs": models.BigIntegerField()}
    return migrations.RunSQL(
        folded(table),
        state_operations=[
            migrations.RemoveConstraint(table, whole),
            migrations.RemoveField(table, "bucket"),
            migrations.RemoveField(table, "jobs"),
            *(
                migrations.AddField(
                    table, name, ArrayField(base_field=field, size=None), preserve_default=False
                )
                for name, field in arrays.items()
            ),
            migrations.AddConstraint(table, paired),
            migrations.AddConstraint(table, models.UniqueConstraint(fields=fields, name=whole)),
        ],
    )


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0017_gpu_seconds_of_jobs'),
    ]

    operations = [
        *(in_one_row(table) for table in KEYS),
        migrations.RunSQL(
            KEEP.format(
                of_new=keep_all(NEW), of_old=keep_all(OLD), of_both=keep_all(f"{NEW} UNION ALL {OLD}")
            )
        ),
    ]
