"""The table of jobs is parted by month without losing a row of those that are there."""

from importlib import import_module

from django.db import connection

from allocations.models import Project, Site

PART = import_module("allocations.migrations.0016_job_months").PART

# As the table stood before, beside the real one.
BEFORE = """
    CREATE SCHEMA before;
    SET LOCAL search_path TO before, public;
    CREATE TABLE allocations_job (
        LIKE public.allocations_job INCLUDING DEFAULTS INCLUDING CONSTRAINTS
    );
    INSERT INTO allocations_job (
        id, site_id, project_id, db_index, job_id, username, partition, qos, state, name,
        submitted_at, read_at, suspended_seconds, gpus, cpus, nodes, exit_code
    )
    SELECT n, %(site)s, %(project)s, n, n, 'ada', 'h200', '', 'COMPLETED', 'x',
           timestamptz '2025-12-31 23:30+00' + n * interval '1 hour', now(), 0, 1, 1, 1, '0:0'
    FROM generate_series(0, 800) n;
"""


def test_rows_that_were_there_lie_in_their_months_afterwards(project: Project) -> None:
    here = {"site": Site.objects.get(code="zellik").pk, "project": project.pk}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(BEFORE, here)
        cursor.execute(PART)
        cursor.execute(
            "SELECT tableoid::regclass::text, COUNT(*) FROM allocations_job GROUP BY 1 ORDER BY 1"
        )
        assert cursor.fetchall() == [
            ("allocations_job_2025_12", 1),
            ("allocations_job_2026_01", 744),
            ("allocations_job_2026_02", 56),
        ]
        cursor.execute("SELECT COUNT(DISTINCT id), MAX(db_index) FROM allocations_job")
        assert cursor.fetchone() == (801, 800)
        cursor.execute("SELECT nextval(pg_get_serial_sequence('allocations_job', 'id'))")
        assert cursor.fetchone() == (801,)
        cursor.execute("DROP SCHEMA before CASCADE")
