"""A portal of 2,000 projects and 20,000 members, made with the portal's own rows."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, UnixIdentity, User
from accounts.permissions import Role
from allocations.models import (
    Allocation,
    Application,
    Decision,
    LedgerEntry,
    Membership,
    Project,
    RequestedHours,
    Site,
    Track,
    Transition,
)
from allocations.states import ApplicationState

PROJECTS = 2_000
ORGANISATIONS = 400
MEMBERS_A_PROJECT = 10
LENGTH_DAYS = 180
DAYS_OF_JOBS = 1_095
GPU_HOURS = 20_000
# The first project has run for months and still does; the others begin evenly over the years.
FIRST_STARTED_DAYS_AGO = 150
DECIDED_DAYS_BEFORE, HANDED_IN_DAYS_BEFORE = 10, 24
_AT_ONCE = 200
_POSTCODES = ("1000", "9000", "4000", "6000", "3000", "75001")


def make_projects(projects: int = PROJECTS, *, organisations: int = ORGANISATIONS) -> None:
    """So many projects, each decided, granted and with its people; one in two is at both sites."""
    tracks, sites = list(Track.objects.all()), list(Site.objects.all())
    owners, staff = _organisations(organisations), staff_member()
    for first in range(0, projects, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, projects))
        with transaction.atomic():
            _some_projects(numbers, owners, tracks, sites, staff)


def staff_member() -> User:
    """Somebody who may see everything."""
    found, _is_new = User.objects.get_or_create(
        email="staff@bench.example",
        defaults={"first_name": "Staff", "last_name": "Bench", "role": Role.STAFF},
    )
    return found


def starts_on(project: int) -> date:
    """The first day of a project, by its number."""
    days_ago = (FIRST_STARTED_DAYS_AGO + project * 7919) % (DAYS_OF_JOBS + LENGTH_DAYS)
    return timezone.now().date() - timedelta(days=days_ago)


def _organisations(count: int) -> list[Organisation]:
    kinds = list(Organisation.Kind)
    return Organisation.objects.bulk_create(
        Organisation(
            name=f"Bench {number}",
            enterprise_number=f"{number:010}",
            kind=kinds[number % len(kinds)],
            postcode=_POSTCODES[number // len(kinds) % len(_POSTCODES)],
        )
        for number in range(count)
    )


def _some_projects(
    numbers: range,
    organisations: list[Organisation],
    tracks: list[Track],
    sites: list[Site],
    staff: User,
) -> None:
    people = {number: _people(number) for number in numbers}
    applications = Application.objects.bulk_create(
        Application(
            reference=f"B-{number}",
            track=tracks[number % len(tracks)],
            applicant=people[number][0],
            organisation=organisations[number % len(organisations)],
            title=f"Project {number}",
            state=ApplicationState.ACCEPTED,
            submitted_at=_before(number, HANDED_IN_DAYS_BEFORE),
            decision_due_on=starts_on(number),
        )
        for number in numbers
    )
    projects = Project.objects.bulk_create(
        Project(
            name=f"bench{number}",
            application=application,
            track=application.track,
            organisation=application.organisation,
            title=application.title,
        )
        for number, application in zip(numbers, applications, strict=True)
    )
    Membership.objects.bulk_create(
        Membership(
            project=project,
            user=person,
            role=Membership.Role.LEADER if place == 0 else Membership.Role.MEMBER,
            joined_at=_before(number, DECIDED_DAYS_BEFORE),
        )
        for number, project in zip(numbers, projects, strict=True)
        for place, person in enumerate(people[number])
    )
    _decisions(dict(zip(numbers, applications, strict=True)), sites, staff)
    _allocations(dict(zip(numbers, projects, strict=True)), sites)


def _decisions(applications: dict[int, Application], sites: list[Site], staff: User) -> None:
    RequestedHours.objects.bulk_create(
        RequestedHours(application=application, site=site, gpu_hours=GPU_HOURS)
        for number, application in applications.items()
        for site in _sites_of(number, sites)
    )
    Decision.objects.bulk_create(
        Decision(
            application=application,
            outcome=ApplicationState.APPROVED,
            reason="bench",
            decided_by=staff,
            decided_at=_before(number, DECIDED_DAYS_BEFORE),
        )
        for number, application in applications.items()
    )
    Transition.objects.bulk_create(
        Transition(application=application, state=state, at=_before(number, days))
        for number, application in applications.items()
        for state, days in (
            (ApplicationState.SUBMITTED, HANDED_IN_DAYS_BEFORE),
            (ApplicationState.APPROVED, DECIDED_DAYS_BEFORE),
        )
    )


def _allocations(projects: dict[int, Project], sites: list[Site]) -> None:
    allocations = Allocation.objects.bulk_create(
        Allocation(
            project=project,
            site=site,
            account_name=project.name,
            starts_on=starts_on(number),
            ends_on=starts_on(number) + timedelta(days=LENGTH_DAYS),
            active_since=_before(number, 0),
        )
        for number, project in projects.items()
        for site in _sites_of(number, sites)
    )
    first_ones = {site.pk: site.partitions.all()[0] for site in sites}
    Allocation.partitions.through.objects.bulk_create(
        Allocation.partitions.through(
            allocation=allocation, partition=first_ones[allocation.site_id]
        )
        for allocation in allocations
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            allocation=allocation,
            kind=LedgerEntry.Kind.AWARD,
            gpu_minutes=60 * GPU_HOURS,
            reason="bench",
            at=_midnight(allocation.starts_on),
        )
        for allocation in allocations
    )


def _sites_of(project: int, sites: list[Site]) -> Iterable[Site]:
    return sites if project % 2 == 0 else [sites[project % 4 // 2]]


def _before(project: int, days: int) -> datetime:
    return _midnight(starts_on(project) - timedelta(days=days))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


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
