"""A portal of 2,000 projects and 20,000 members with any number of jobs, made in PostgreSQL."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Organisation, UnixIdentity, User
from accounts.permissions import Role
from allocations.models import (
    Allocation,
    Application,
    LedgerEntry,
    Membership,
    Project,
    Site,
    SiteStatus,
    Track,
)
from allocations.rules.waits import WAIT_BOUNDS
from allocations.states import ApplicationState

PROJECTS = 2_000
MEMBERS_A_PROJECT = 10
LENGTH_DAYS = 180
OLDEST_START_DAYS = 1_095
NEWEST_START_DAYS = 150
JOBS_AT_ONCE = 1_000_000

# A few projects have most of the jobs: the first one has about two in a hundred.
_JOBS = """
    INSERT INTO allocations_job (
        site_id, db_index, job_id, array_job_id, array_task_id, project_id, username, partition,
        qos, state, name, submitted_at, eligible_at, started_at, ended_at, read_at, counted_until,
        suspended_seconds, gpus, cpus, nodes, nodes_used, exit_code
    )
    SELECT site, number, number, NULL, NULL, project, 'bench' || (project_number * %(members)s
               + floor(%(members)s * power(luck[2], 2))::int), 'h200', '',
           (ARRAY['COMPLETED','COMPLETED','COMPLETED','COMPLETED','COMPLETED','COMPLETED',
                  'COMPLETED','FAILED','CANCELLED','TIMEOUT'])[1 + floor(10 * luck[3])::int],
           'train-' || number %% 997, submitted, submitted, submitted + wait,
           submitted + wait + run, now(), submitted + wait + run, 0,
           (ARRAY[1,1,2,4,8])[1 + floor(5 * luck[4])::int], 16, 1,
           'node' || number %% 72, '0:0'
    FROM (
        SELECT number, luck, project.id AS project, project_number,
               (project.sites)[1 + number %% cardinality(project.sites)] AS site,
               project.starts_on + luck[5] * (least(project.ends_on, now()) - project.starts_on)
                   AS submitted,
               make_interval(secs => -900 * ln(luck[6])) AS wait,
               make_interval(secs => least(exp(7 + 3 * (luck[7] + luck[8] - 1)), 43000)) AS run
        FROM (
            SELECT number, ARRAY[random(), random(), random(), random(), random(),
                                 1 - random(), random(), random()] AS luck
            FROM generate_series(%(first)s, %(last)s) AS number
        ) drawn
        JOIN bench_project project
          ON project.project_number = floor(%(projects)s * power(luck[1], 2))::int
    ) made
"""
_DAYS = """
    INSERT INTO allocations_dailyusage
        (project_id, site_id, username, day, gpu_seconds, cpu_seconds, jobs)
    SELECT project_id, site_id, username, (started_at AT TIME ZONE 'UTC')::date,
           SUM(gpus * EXTRACT(EPOCH FROM counted_until - started_at))::bigint,
           SUM(cpus * EXTRACT(EPOCH FROM counted_until - started_at))::bigint, COUNT(*)
    FROM allocations_job GROUP BY 1, 2, 3, 4
"""
_OUTCOMES = """
    INSERT INTO allocations_joboutcome
        (project_id, site_id, username, day, state, jobs, gpu_seconds)
    SELECT project_id, site_id, username, (ended_at AT TIME ZONE 'UTC')::date, state, COUNT(*),
           SUM(gpus * EXTRACT(EPOCH FROM ended_at - started_at))::bigint
    FROM allocations_job GROUP BY 1, 2, 3, 4, 5
"""
_WAITS = """
    INSERT INTO allocations_queuewait (project_id, site_id, day, bucket, jobs)
    SELECT project_id, site_id, (started_at AT TIME ZONE 'UTC')::date,
           width_bucket(
               EXTRACT(EPOCH FROM started_at - submitted_at)::float8, %(bounds)s::float8[]
           ),
           COUNT(*)
    FROM allocations_job GROUP BY 1, 2, 3, 4
"""
_PROJECTS = """
    CREATE TEMPORARY TABLE bench_project AS
    SELECT project.id, row_number() OVER (ORDER BY project.id) - 1 AS project_number,
           array_agg(allocation.site_id) AS sites,
           min(allocation.starts_on)::timestamptz AS starts_on,
           max(allocation.ends_on)::timestamptz AS ends_on
    FROM allocations_project project
    JOIN allocations_allocation allocation ON allocation.project_id = project.id
    GROUP BY project.id
"""


def make_projects() -> None:
    """Two thousand projects, six a track and week over three years, of ten members each."""
    organisation = Organisation.objects.create(
        name="Bench",
        enterprise_number="0403019261",
        kind=Organisation.Kind.SME,
        postcode="1731",
    )
    tracks, sites = list(Track.objects.all()), list(Site.objects.all())
    for first in range(0, PROJECTS, 200):
        with transaction.atomic():
            _some_projects(range(first, first + 200), organisation, tracks, sites)
    for site in sites:
        SiteStatus.objects.update_or_create(
            site=site,
            defaults={"last_seen_at": timezone.now(), "accounting_until": timezone.now()},
        )


def make_jobs(jobs: int) -> None:
    """So many jobs and all that is counted of them; indexes are made when the rows are there."""
    with connection.cursor() as cursor:
        cursor.execute(_PROJECTS)
        later = _drop_indexes(cursor)
        for first in range(1, jobs + 1, JOBS_AT_ONCE):
            asked = {"first": first, "last": min(first + JOBS_AT_ONCE - 1, jobs)}
            cursor.execute(_JOBS, asked | {"projects": PROJECTS, "members": MEMBERS_A_PROJECT})
        for statement in (_DAYS, _OUTCOMES):
            cursor.execute(statement)
        cursor.execute(_WAITS, {"bounds": list(WAIT_BOUNDS)})
        for definition in later:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")


def staff_member() -> User:
    """Somebody who may see everything."""
    return User.objects.create(
        email="staff@bench.example", first_name="Staff", last_name="Bench", role=Role.STAFF
    )


def _drop_indexes(cursor: Any) -> list[str]:
    """Take the indexes of jobs away that are no constraint; answers how to make them again."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'allocations_job'"
        " AND indexdef NOT LIKE 'CREATE UNIQUE%'"
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition.replace(" ON ONLY ", " ON ") for _name, definition in found]


def _some_projects(
    numbers: range, organisation: Organisation, tracks: list[Track], sites: list[Site]
) -> None:
    people = {number: _people(number) for number in numbers}
    applications = Application.objects.bulk_create(
        Application(
            reference=f"B-{number}",
            track=tracks[number % len(tracks)],
            applicant=people[number][0],
            organisation=organisation,
            title=f"Project {number}",
            state=ApplicationState.APPROVED,
            submitted_at=timezone.now(),
        )
        for number in numbers
    )
    projects = Project.objects.bulk_create(
        Project(
            name=f"bench{number}",
            application=application,
            track=application.track,
            organisation=organisation,
            title=application.title,
        )
        for number, application in zip(numbers, applications, strict=True)
    )
    Membership.objects.bulk_create(
        Membership(
            project=project,
            user=person,
            role=Membership.Role.LEADER if place == 0 else Membership.Role.MEMBER,
        )
        for number, project in zip(numbers, projects, strict=True)
        for place, person in enumerate(people[number])
    )
    _allocations(dict(zip(numbers, projects, strict=True)), sites)


def _allocations(projects: dict[int, Project], sites: list[Site]) -> None:
    today = timezone.localdate()
    spread = OLDEST_START_DAYS - NEWEST_START_DAYS
    allocations = Allocation.objects.bulk_create(
        Allocation(
            project=project,
            site=site,
            account_name=project.name,
            starts_on=(start := today - timedelta(days=NEWEST_START_DAYS + number * 7919 % spread)),
            ends_on=start + timedelta(days=LENGTH_DAYS),
            active_since=timezone.now(),
        )
        for number, project in projects.items()
        for site in (sites if number % 2 == 0 else [sites[number % 4 // 2]])
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            allocation=allocation,
            kind=LedgerEntry.Kind.AWARD,
            gpu_minutes=60 * 20_000,
            reason="bench",
            at=timezone.now() - (today - allocation.starts_on),
        )
        for allocation in allocations
    )


def _people(project: int) -> list[User]:
    numbers = range(project * MEMBERS_A_PROJECT, (project + 1) * MEMBERS_A_PROJECT)
    people = User.objects.bulk_create(
        User(email=f"p{number}@bench.example", first_name="Person", last_name=str(number))
        for number in numbers
    )
    UnixIdentity.objects.bulk_create(
        UnixIdentity(user=person, username=f"bench{number}", uid=500_000 + number)
        for number, person in zip(numbers, people, strict=True)
    )
    return people
