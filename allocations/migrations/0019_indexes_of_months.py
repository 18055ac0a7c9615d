"""Each month of jobs has its indexes for itself, so that a month can be filled without them.

Those of the table of all months made each new month have them from the beginning. What months have
stays; they are looked through once, while nobody writes or reads jobs.
"""

from typing import Any

from django.db import migrations

ALONE = """
    DO $$
    DECLARE part record;
    DECLARE above record;
    BEGIN
        CREATE TEMPORARY TABLE part_of_jobs ON COMMIT DROP AS
        SELECT oid::regclass::text AS name, pg_get_expr(relpartbound, oid) AS bounds
        FROM pg_class JOIN pg_inherits ON inhrelid = oid
        WHERE inhparent = 'allocations_job'::regclass;
        FOR part IN SELECT * FROM part_of_jobs LOOP
            EXECUTE format('ALTER TABLE allocations_job DETACH PARTITION %s', part.name);
        END LOOP;
        FOR above IN
            SELECT indexrelid::regclass::text AS name FROM pg_index
            WHERE indrelid = 'allocations_job'::regclass AND NOT indisunique
        LOOP
            EXECUTE format('DROP INDEX %s', above.name);
        END LOOP;
        FOR part IN SELECT * FROM part_of_jobs LOOP
            EXECUTE format(
                'ALTER TABLE allocations_job ATTACH PARTITION %s %s', part.name, part.bounds
            );
        END LOOP;
    END $$
"""


def put_above(apps: Any, schema_editor: Any) -> None:
    """Make them of the table of all months again; months bring those that they have."""
    job = apps.get_model("allocations", "Job")
    for index in job._meta.indexes:
        schema_editor.execute(index.create_sql(job, schema_editor))


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0018_waits_in_one_row'),
    ]

    operations = [
        migrations.RunSQL(ALONE, migrations.RunSQL.noop),
        migrations.RunPython(migrations.RunPython.noop, put_above),
    ]
