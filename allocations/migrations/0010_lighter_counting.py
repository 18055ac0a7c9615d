"""Days and sums that are kept at half the cost, and jobs that no index finds by `id`.

What a statement changes of a day was taken away from its sums and added again; now the difference
is written, once. Days and sums are written again and again, so their pages keep room for the next
version of a row, which then needs no new entry in an index. Whoever has days cannot leave, so their
sums need not ask for each row whether its project and site are there.
"""

import django.db.models.deletion
from django.db import migrations, models

KEEP = """
    CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            {of_new}
        ELSIF TG_OP = 'DELETE' THEN
            {of_old}
        ELSE
            {of_both}
        END IF;
        RETURN NULL;
    END $$
"""
NEW = "(SELECT 1 AS sign, * FROM new_rows)"
OLD = "(SELECT -1 AS sign, * FROM old_rows)"
BOTH = "(SELECT 1 AS sign, * FROM new_rows UNION ALL SELECT -1, * FROM old_rows)"

MONTH = "date_trunc('month', day::timestamp)::date"
YEAR = "date_trunc('year', day::timestamp)::date"

USED = "SUM(sign * gpu_seconds), SUM(sign * cpu_seconds), 0, 0, 0"
IS_USED = "SUM(sign * gpu_seconds) <> 0 OR SUM(sign * cpu_seconds) <> 0"
ADD_USED = """
    gpu_seconds = known.gpu_seconds + EXCLUDED.gpu_seconds,
    cpu_seconds = known.cpu_seconds + EXCLUDED.cpu_seconds
"""
FAILED = "state NOT IN ('COMPLETED', 'CANCELLED', 'REQUEUED', 'PREEMPTED')"
ENDED = f"""
    0, 0, SUM(sign * jobs), COALESCE(SUM(sign * jobs) FILTER (WHERE {FAILED}), 0),
    COALESCE(SUM(sign * gpu_seconds) FILTER (WHERE {FAILED}), 0)
"""
IS_ENDED = f"""
    SUM(sign * jobs) <> 0 OR SUM(sign * jobs) FILTER (WHERE {FAILED}) <> 0
    OR SUM(sign * gpu_seconds) FILTER (WHERE {FAILED}) <> 0
"""
ADD_ENDED = """
    jobs_ended = known.jobs_ended + EXCLUDED.jobs_ended,
    jobs_failed = known.jobs_failed + EXCLUDED.jobs_failed,
    failed_gpu_seconds = known.failed_gpu_seconds + EXCLUDED.failed_gpu_seconds
"""


def months(sums, are_any, add):
    """The months of projects."""
    return f"""
        INSERT INTO allocations_projectmonth AS known
            (project_id, site_id, month, gpu_seconds, cpu_seconds, jobs_ended, jobs_failed,
             failed_gpu_seconds)
        SELECT project_id, site_id, {MONTH}, {sums}
        FROM {{rows}} changed GROUP BY 1, 2, 3 HAVING {are_any} ORDER BY 1, 2, 3
        ON CONFLICT (project_id, site_id, month) DO UPDATE SET {add};
    """


def days(sums, are_any, add):
    """The days of sites, by track."""
    return f"""
        INSERT INTO allocations_siteday AS known
            (site_id, track_id, day, gpu_seconds, cpu_seconds, jobs_ended, jobs_failed,
             failed_gpu_seconds)
        SELECT site_id, track_id, day, {sums}
        FROM {{rows}} changed
        JOIN (SELECT id AS project_id, track_id FROM allocations_project) project
            USING (project_id)
        GROUP BY 1, 2, 3 HAVING {are_any} ORDER BY 1, 2, 3
        ON CONFLICT (day, site_id, track_id) DO UPDATE SET {add};
    """


def waits(table, columns, values):
    """Waits added up in a table, of which so many columns and the bucket are the key."""
    return f"""
        INSERT INTO allocations_{table} AS known ({columns}, bucket, jobs)
        SELECT {values}, bucket, SUM(sign * jobs)
        FROM {{rows}} changed GROUP BY {values}, bucket HAVING SUM(sign * jobs) <> 0
        ORDER BY {values}, bucket
        ON CONFLICT ({columns}, bucket) DO UPDATE SET jobs = known.jobs + EXCLUDED.jobs;
    """


USAGE = (months(USED, IS_USED, ADD_USED), days(USED, IS_USED, ADD_USED))
OUTCOMES = (months(ENDED, IS_ENDED, ADD_ENDED), days(ENDED, IS_ENDED, ADD_ENDED))
WAITS = (
    waits("sitewait", "day, site_id", "day, site_id"),
    waits("projectwait", "month, site_id, project_id", f"{MONTH}, site_id, project_id"),
    waits("projectyearwait", "year, site_id, project_id", f"{YEAR}, site_id, project_id"),
    waits("sitemonthwait", "month, site_id", f"{MONTH}, site_id"),
)
WRITTEN_AGAIN = (
    "dailyusage", "joboutcome", "queuewait", "projectmonth", "siteday", "sitewait", "projectwait",
    "projectyearwait", "sitemonthwait",
)


def keep(name, sums):
    """The function by which a table's triggers keep these sums."""
    made = KEEP.format(
        name=name,
        of_new="".join(text.format(rows=NEW) for text in sums),
        of_old="".join(text.format(rows=OLD) for text in sums),
        of_both="".join(text.format(rows=BOTH) for text in sums),
    )
    return migrations.RunSQL(made, migrations.RunSQL.noop)



def unconstrained(model, name, to, **options):
    """A foreign key of a sum that the database does not check."""
    return migrations.AlterField(
        model_name=model,
        name=name,
        field=models.ForeignKey(
            db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to=to, **options
        ),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('allocations', '0009_slurm_states'),
    ]

    operations = [
        keep("allocations_keep_usage", USAGE),
        keep("allocations_keep_outcomes", OUTCOMES),
        keep("allocations_keep_waits", WAITS),
        *(
            migrations.RunSQL(
                f"ALTER TABLE allocations_{table} SET (fillfactor = 70)",
                f"ALTER TABLE allocations_{table} RESET (fillfactor)",
            )
            for table in WRITTEN_AGAIN
        ),
        *(
            unconstrained(model, "site", "allocations.site", db_index=False)
            for model in (
                "projectmonth", "projectwait", "projectyearwait", "siteday", "sitewait",
                "sitemonthwait",
            )
        ),
        unconstrained(
            "projectmonth", "project", "allocations.project",
            db_index=False, related_name="months",
        ),
        unconstrained(
            "projectwait", "project", "allocations.project", related_name="waits_by_month"
        ),
        unconstrained(
            "projectyearwait", "project", "allocations.project",
            db_index=False, related_name="waits_by_year",
        ),
        # Runs are told apart by what `each_job_once` holds; nothing asks for one by its `id`.
        migrations.RunSQL(
            "ALTER TABLE allocations_job DROP CONSTRAINT allocations_job_pkey",
            "ALTER TABLE allocations_job ADD PRIMARY KEY (id, submitted_at)",
        ),
    ]
