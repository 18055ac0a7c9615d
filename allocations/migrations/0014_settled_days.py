"""A number that tells whether something was counted of a day that has ended.

Figures of such days hardly ever change, and may be remembered until the number does. It is taken
at once, and a lock tells of it until what was counted can be seen by others.
"""

from django.db import migrations, models

NOTE = """
    CREATE FUNCTION allocations_note_settled() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        today date := (now() AT TIME ZONE 'UTC')::date;
        is_settled boolean := false;
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            is_settled := EXISTS (SELECT FROM old_rows WHERE day < today);
        END IF;
        IF TG_OP <> 'DELETE' AND NOT is_settled THEN
            is_settled := EXISTS (SELECT FROM new_rows WHERE day < today);
        END IF;
        IF is_settled THEN
            LOCK TABLE allocations_settledchange IN ROW EXCLUSIVE MODE;
            PERFORM nextval(pg_get_serial_sequence('allocations_settledchange', 'id'));
        END IF;
        RETURN NULL;
    END $$
"""
ROWS = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}


def noted(table):
    """Triggers for each way of changing the days of a table."""
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER allocations_note_settled_{change} AFTER {change.upper()} ON {table}"
            f" REFERENCING {rows} FOR EACH STATEMENT"
            " EXECUTE FUNCTION allocations_note_settled()",
            f"DROP TRIGGER allocations_note_settled_{change} ON {table}",
        )
        for change, rows in ROWS.items()
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0013_gpu_type'),
    ]

    operations = [
        migrations.CreateModel(
            name='SettledChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'change of a settled day',
                'verbose_name_plural': 'changes of settled days',
            },
        ),
        migrations.RunSQL(NOTE, "DROP FUNCTION allocations_note_settled()"),
        *noted("allocations_dailyusage"),
        *noted("allocations_joboutcome"),
        *noted("allocations_queuewait"),
    ]
