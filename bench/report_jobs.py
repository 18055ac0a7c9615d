"""Any number of jobs and all that is counted of them, made by PostgreSQL itself.

They come in the order of time, as a site would have sent them, each month in its own table. What
is counted is counted by the portal's own statements; indexes are made when the rows are there.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from allocations.actions.job_months import TABLE, ensure_months, following
from allocations.actions.month_indexes import make_indexes
from allocations.actions.rollups import COUNTED_OF_JOBS, count_changes
from allocations.models import Site
from bench.report_world import DAYS_OF_JOBS, MEMBERS_A_PROJECT

JOBS_AT_ONCE = 1_000_000

_PROJECTS = """
    CREATE TEMPORARY TABLE bench_project AS
    SELECT project.id, row_number() OVER (ORDER BY project.id) - 1 AS project_number,
           array_agg(allocation.site_id) AS sites, min(allocation.starts_on) AS starts_on,
           max(allocation.ends_on) AS ends_on
    FROM allocations_project project
    JOIN allocations_allocation allocation ON allocation.project_id = project.id
    GROUP BY project.id;
    CREATE TEMPORARY TABLE bench_day AS
    SELECT day::date AS day, array_agg(project.id ORDER BY project_number) AS projects
    FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day
    JOIN bench_project project ON day BETWEEN project.starts_on AND project.ends_on
    GROUP BY day;
    ANALYZE bench_project;
    ANALYZE bench_day;
"""

# Of the projects of a day the first ones have most of its jobs, of a project the first members.
# What would end after now is running, and what would begin after now is waiting.
_JOBS = """
    INSERT INTO allocations_job (
        site_id, db_index, job_id, array_job_id, array_task_id, project_id, username, partition,
        qos, state, name, submitted_at, eligible_at, started_at, ended_at, read_at, counted_until,
        gpu_seconds, suspended_seconds, gpus, cpus, nodes, nodes_used, exit_code
    )
    SELECT site, number, number,
           CASE WHEN number / 10 %% 5 = 0 THEN number - number %% 10 END,
           CASE WHEN number / 10 %% 5 = 0 THEN number %% 10 END,
           project, 'bench' || (project_number * %(members)s + member), 'h200', '',
           CASE WHEN ends <= %(now)s THEN
                (ARRAY['COMPLETED','COMPLETED','COMPLETED','COMPLETED','COMPLETED','COMPLETED',
                       'COMPLETED','FAILED','CANCELLED','TIMEOUT'])[1 + floor(10 * luck[3])::int]
                WHEN starts <= %(now)s THEN 'RUNNING' ELSE 'PENDING' END,
           CASE WHEN number %% 10 = 0 THEN 'run-' || left(md5(number::text), 12)
                ELSE (ARRAY['train','eval','sweep','prepare data'])[1 + number %% 4]
                     || '-' || number %% 997 END,
           submitted, submitted, CASE WHEN starts <= %(now)s THEN starts END,
           CASE WHEN ends <= %(now)s THEN ends END, %(now)s,
           CASE WHEN starts <= %(now)s THEN least(ends, %(now)s) END,
           CASE WHEN starts <= %(now)s
                THEN EXTRACT(EPOCH FROM least(ends, %(now)s) - starts)::bigint * gpus ELSE 0 END,
           0, gpus, 16, 1,
           'node' || number %% 72, '0:0'
    FROM (
        SELECT number, luck, submitted, project.id AS project, project_number,
               floor(%(members)s * power(luck[2], 2))::int AS member,
               project.sites[1 + number %% cardinality(project.sites)] AS site,
               (ARRAY[1,1,2,4,8])[1 + floor(5 * luck[4])::int] AS gpus,
               date_trunc('second', submitted + wait) AS starts,
               date_trunc('second', submitted + wait + run) AS ends
        FROM (
            SELECT number, luck, submitted,
                   make_interval(secs => -900 * ln(luck[6])) AS wait,
                   make_interval(secs => least(exp(7 + 3 * (luck[7] + luck[8] - 1)), 43000)) AS run
            FROM (
                SELECT number,
                       date_trunc('second', %(since)s::timestamptz
                           + (number - 0.5) / %(jobs)s * (%(now)s::timestamptz - %(since)s))
                           AS submitted,
                       ARRAY[random(), random(), random(), random(), random(),
                             1 - random(), random(), random()] AS luck
                FROM generate_series(%(first)s, %(last)s) AS number
            ) drawn
        ) timed
        JOIN bench_day day ON day.day = (submitted AT TIME ZONE 'UTC')::date
        JOIN bench_project project
          ON project.id = day.projects[1 + floor(cardinality(day.projects) * power(luck[1], 3))]
    ) made
"""
# A site's jobs as if they had just come, and nothing known of them before.
_OF_SITE = f"""
    CREATE OR REPLACE TEMPORARY VIEW fresh_job AS
    SELECT {COUNTED_OF_JOBS} FROM allocations_job WHERE site_id = {{site}};
    CREATE OR REPLACE TEMPORARY VIEW known_job AS SELECT * FROM fresh_job WHERE FALSE
"""

_COUNTED = ("allocations_dailyusage", "allocations_joboutcome", "allocations_queuewait")


def make_jobs(jobs: int, say: Callable[[str], None]) -> None:
    """So many jobs over three years until now, and all that is counted of them."""
    now = timezone.now().replace(microsecond=0)
    since = now - timedelta(days=DAYS_OF_JOBS)
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'; SET jit = off")
        cursor.execute(_PROJECTS, {"first": since.date(), "last": now.date()})
        with _without_indexes(cursor, TABLE):
            ensure_months(_months(since.date(), now.date()), for_many=True)
            for first in range(1, jobs + 1, JOBS_AT_ONCE):
                last = min(first + JOBS_AT_ONCE - 1, jobs)
                asked: dict[str, Any] = {
                    "first": first,
                    "last": last,
                    "jobs": jobs,
                    "since": since,
                    "now": now,
                }
                cursor.execute(_JOBS, asked | {"members": MEMBERS_A_PROJECT})
                say(f"  {last:,} jobs")
        make_indexes(until=now)
        cursor.execute("VACUUM ANALYZE allocations_job")
        say("  with their indexes")
        with ExitStack() as stack:
            for table in _COUNTED:
                stack.enter_context(_without_indexes(cursor, table))
            _count(cursor, say)
        for table in _COUNTED:
            _in_order_of_days(cursor, table)
        cursor.execute("VACUUM ANALYZE")
        say("  with their indexes")


def _months(first: date, last: date) -> list[date]:
    found = [first.replace(day=1)]
    while following(found[-1]) <= last:
        found.append(following(found[-1]))
    return found


def _count(cursor: Any, say: Callable[[str], None]) -> None:
    for site in Site.objects.all():
        cursor.execute(_OF_SITE.format(site=int(site.pk)))
        count_changes(cursor, site_id=site.pk)
        say(f"  counted at {site}")
    cursor.execute("DROP VIEW known_job, fresh_job")


def _in_order_of_days(cursor: Any, table: str) -> None:
    """Put rows on the disk as if each day's had been written on that day."""
    cursor.execute(f"CREATE INDEX bench_order ON {table} (day)")
    cursor.execute(f"CLUSTER {table} USING bench_order")
    cursor.execute("DROP INDEX bench_order")


@contextmanager
def _without_indexes(cursor: Any, table: str) -> Iterator[None]:
    """Take constraints and indexes of a table away, and make them again at the end."""
    again = []
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f') ORDER BY contype <> 'p'",
        [table],
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    cursor.execute(
        "SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass",
        [table],
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f"DROP INDEX {name}")
        again.append(definition.replace(" ON ONLY ", " ON "))
    yield
    for statement in again:
        cursor.execute(statement)
