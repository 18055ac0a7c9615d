"""Sums of months, sites and years, kept by triggers: no page adds up what years have left behind.

What is added to a day is added to its sums; what is taken away is taken away there.
"""

from django.db import migrations

KEEP = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            {of_old}
        END IF;
        IF TG_OP <> 'DELETE' THEN
            {of_new}
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER {name}_insert AFTER INSERT ON {table}
        REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    CREATE TRIGGER {name}_update AFTER UPDATE ON {table}
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    CREATE TRIGGER {name}_delete AFTER DELETE ON {table}
        REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
# What is told anew of a run moves it. Runs that leave with their month stay counted.
KEEP_TENTHS = """
    CREATE FUNCTION allocations_keep_tenths() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            {of_old}
        END IF;
        {of_new}
        RETURN NULL;
    END $$;
    CREATE TRIGGER allocations_keep_tenths_insert AFTER INSERT ON allocations_gpurun
        REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION allocations_keep_tenths();
    CREATE TRIGGER allocations_keep_tenths_update AFTER UPDATE ON allocations_gpurun
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION allocations_keep_tenths();
"""

MONTHS_OF_USAGE = """
    INSERT INTO allocations_projectmonth AS known
        (project_id, site_id, month, gpu_seconds, cpu_seconds, jobs_ended, jobs_failed,
         failed_gpu_seconds)
    SELECT project_id, site_id, date_trunc('month', day)::date, {sign} SUM(gpu_seconds),
           {sign} SUM(cpu_seconds), 0, 0, 0
    FROM {rows} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (project_id, site_id, month) DO UPDATE SET
        gpu_seconds = known.gpu_seconds + EXCLUDED.gpu_seconds,
        cpu_seconds = known.cpu_seconds + EXCLUDED.cpu_seconds;
"""
DAYS_OF_USAGE = """
    INSERT INTO allocations_siteday AS known
        (site_id, track_id, day, gpu_seconds, cpu_seconds, jobs_ended, jobs_failed,
         failed_gpu_seconds)
    SELECT used.site_id, project.track_id, used.day, {sign} SUM(used.gpu_seconds),
           {sign} SUM(used.cpu_seconds), 0, 0, 0
    FROM {rows} used JOIN allocations_project project ON project.id = used.project_id
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (day, site_id, track_id) DO UPDATE SET
        gpu_seconds = known.gpu_seconds + EXCLUDED.gpu_seconds,
        cpu_seconds = known.cpu_seconds + EXCLUDED.cpu_seconds;
"""
FAILED = "ended.state NOT IN ('COMPLETED', 'CANCELLED', 'REQUEUED', 'PREEMPTED')"
MONTHS_OF_OUTCOMES = f"""
    INSERT INTO allocations_projectmonth AS known
        (project_id, site_id, month, gpu_seconds, cpu_seconds, jobs_ended, jobs_failed,
         failed_gpu_seconds)
    SELECT ended.project_id, ended.site_id, date_trunc('month', ended.day)::date, 0, 0,
           {{sign}} SUM(ended.jobs),
           {{sign}} SUM(CASE WHEN {FAILED} THEN ended.jobs ELSE 0 END),
           {{sign}} SUM(CASE WHEN {FAILED} THEN ended.gpu_seconds ELSE 0 END)
    FROM {{rows}} ended GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (project_id, site_id, month) DO UPDATE SET
        jobs_ended = known.jobs_ended + EXCLUDED.jobs_ended,
        jobs_failed = known.jobs_failed + EXCLUDED.jobs_failed,
        failed_gpu_seconds = known.failed_gpu_seconds + EXCLUDED.failed_gpu_seconds;
"""
DAYS_OF_OUTCOMES = f"""
    INSERT INTO allocations_siteday AS known
        (site_id, track_id, day, gpu_seconds, cpu_seconds, jobs_ended, jobs_failed,
         failed_gpu_seconds)
    SELECT ended.site_id, project.track_id, ended.day, 0, 0, {{sign}} SUM(ended.jobs),
           {{sign}} SUM(CASE WHEN {FAILED} THEN ended.jobs ELSE 0 END),
           {{sign}} SUM(CASE WHEN {FAILED} THEN ended.gpu_seconds ELSE 0 END)
    FROM {{rows}} ended JOIN allocations_project project ON project.id = ended.project_id
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (day, site_id, track_id) DO UPDATE SET
        jobs_ended = known.jobs_ended + EXCLUDED.jobs_ended,
        jobs_failed = known.jobs_failed + EXCLUDED.jobs_failed,
        failed_gpu_seconds = known.failed_gpu_seconds + EXCLUDED.failed_gpu_seconds;
"""
WAITS_AT_SITES = """
    INSERT INTO allocations_sitewait AS known (site_id, day, bucket, jobs)
    SELECT site_id, day, bucket, {sign} SUM(jobs) FROM {rows} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (day, site_id, bucket) DO UPDATE SET jobs = known.jobs + EXCLUDED.jobs;
"""
WAITS_OF_PROJECTS = """
    INSERT INTO allocations_projectwait AS known (project_id, site_id, month, bucket, jobs)
    SELECT project_id, site_id, date_trunc('month', day)::date, bucket, {sign} SUM(jobs)
    FROM {rows} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (month, site_id, project_id, bucket)
        DO UPDATE SET jobs = known.jobs + EXCLUDED.jobs;
"""
YEARS_OF_PROJECTS = """
    INSERT INTO allocations_projectyearwait AS known (project_id, site_id, year, bucket, jobs)
    SELECT project_id, site_id, date_trunc('year', day)::date, bucket, {sign} SUM(jobs)
    FROM {rows} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (year, site_id, project_id, bucket)
        DO UPDATE SET jobs = known.jobs + EXCLUDED.jobs;
"""
MONTHS_OF_SITES = """
    INSERT INTO allocations_sitemonthwait AS known (site_id, month, bucket, jobs)
    SELECT site_id, date_trunc('month', day)::date, bucket, {sign} SUM(jobs)
    FROM {rows} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (month, site_id, bucket) DO UPDATE SET jobs = known.jobs + EXCLUDED.jobs;
"""
TENTHS = """
    INSERT INTO allocations_gpuruntenth AS known (site_id, track_id, day, tenth, runs)
    SELECT run.site_id, project.track_id, (run.last_sample_at AT TIME ZONE 'UTC')::date,
           GREATEST(0, LEAST(9, FLOOR(10 * run.utilisation_seconds / run.measured_seconds)))::int,
           {sign} COUNT(*)
    FROM {rows} run JOIN allocations_project project ON project.id = run.project_id
    WHERE run.measured_seconds > 0
    GROUP BY 1, 2, 3, 4 ORDER BY 3, 1, 2, 4
    ON CONFLICT (day, site_id, track_id, tenth) DO UPDATE SET runs = known.runs + EXCLUDED.runs;
"""
USAGE = (MONTHS_OF_USAGE, DAYS_OF_USAGE)
OUTCOMES = (MONTHS_OF_OUTCOMES, DAYS_OF_OUTCOMES)
WAITS = (WAITS_AT_SITES, WAITS_OF_PROJECTS, YEARS_OF_PROJECTS, MONTHS_OF_SITES)


def keep(name, table, sums, function=KEEP):
    """The function that keeps these sums of a table, and its triggers."""
    made = function.format(
        name=name,
        table=table,
        of_old="".join(text.format(sign="-", rows="old_rows") for text in sums),
        of_new="".join(text.format(sign="", rows="new_rows") for text in sums),
    )
    return migrations.RunSQL(made, f"DROP FUNCTION {name}() CASCADE")


class Migration(migrations.Migration):

    replaces = [
        ('allocations', '0017_rollups'),
        ('allocations', '0027_gpu_notices'),
        ('allocations', '0028_month_waits'),
        ('allocations', '0035_year_waits'),
        ('allocations', '0039_site_month_waits'),
    ]

    dependencies = [
        ('allocations', '0004_gpu_minutes'),
    ]

    operations = [
        keep("allocations_keep_usage", "allocations_dailyusage", USAGE),
        keep("allocations_keep_outcomes", "allocations_joboutcome", OUTCOMES),
        keep("allocations_keep_waits", "allocations_queuewait", WAITS),
        keep("allocations_keep_tenths", "allocations_gpurun", (TENTHS,), KEEP_TENTHS),
    ]
