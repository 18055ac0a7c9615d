"""A programme in which much has happened: two organisations, both sites, jobs, waits, a lapse."""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import Role
from allocations.actions.decisions import reject_application
from allocations.actions.drafts import submit_application
from allocations.actions.invitations import join_project
from allocations.models import (
    Application,
    DailyCapacity,
    DailyUsage,
    JobOutcome,
    LedgerEntry,
    Membership,
    Project,
    QueueWait,
    Site,
    SiteStatus,
)
from allocations.rules.budgets import EntryKind
from allocations.rules.waits import wait_bucket
from tests.domain import make_draft, make_project
from tests.people import make_person
from tests.written_once import Rows, copy_rows, rows_written_by

HOUR = 3600


_awarded: Rows = {}


def rows_of_awards(new_portal: Rows) -> Rows:
    """What two awards leave behind, with staff, in an empty database; made once for many tests."""

    def write() -> None:
        copy_rows(new_portal)
        award_projects(make_person("Staf", role=Role.STAFF))

    if not _awarded:
        _awarded.update(rows_written_by(write))
    return _awarded


def make_programme(staff: User, *, members: int = 6) -> list[Project]:
    """Two projects, one rejected application, and use at Zellik; Charleroi never reported."""
    projects = award_projects(staff, members=members)
    count_use(projects, users=max(members, 1))
    return projects


def award_projects(staff: User, *, members: int = 6) -> list[Project]:
    """Two projects and one rejected application."""
    first, second = make_person("Anna"), make_person("Bart")
    projects = [
        approved(first, staff, track="rs", hours={"zellik": 1000, "charleroi": 500}),
        approved(second, staff, track="fl", hours={"zellik": 2000}),
    ]
    rejected = submit_application(
        application_id=make_draft(first, track="pa", title="No").pk, actor=first
    )
    reject_application(application_id=rejected.pk, reason="It cannot work.", actor=staff)
    Application.objects.filter(pk=rejected.pk).update(
        decision_due_on=timezone.localdate() - timedelta(days=1)
    )
    university = Organisation.objects.create(
        name="Universiteit van de Klok",
        enterprise_number="0428759497",
        kind=Organisation.Kind.RESEARCH,
        postcode="6000",
    )
    move(projects[0], university)
    for number in range(members):
        join_project(projects[0], make_person(f"Mem{number}"), Membership.Role.MEMBER)
    return projects


def count_use(projects: list[Project], *, users: int = 6) -> None:
    """Use at Zellik, with a failure, waits and a lapse; Charleroi never reported."""
    use(projects[0], "zellik", gpu_hours=100, users=users)
    use(projects[1], "zellik", gpu_hours=50, users=1)
    zellik = Site.objects.get(code="zellik")
    SiteStatus.objects.update_or_create(
        site=zellik, defaults={"accounting_until": timezone.now(), "last_seen_at": timezone.now()}
    )
    today = utc_today()
    JobOutcome.objects.create(
        project=projects[0], site=zellik, username="u0", day=today, state="NODE_FAIL",
        jobs=1, gpu_seconds=7 * HOUR,
    )  # fmt: skip
    JobOutcome.objects.create(
        project=projects[0], site=zellik, username="u0", day=today, state="COMPLETED",
        jobs=1, gpu_seconds=93 * HOUR,
    )  # fmt: skip
    QueueWait.objects.create(
        project=projects[0], site=zellik, day=today,
        buckets=[wait_bucket(60), wait_bucket(7200)], jobs=[8, 2],
    )  # fmt: skip
    DailyCapacity.objects.create(
        site=zellik, day=today, seen_seconds=6 * HOUR, available_gpu_seconds=600 * HOUR,
        allocated_gpu_seconds=150 * HOUR, last_heard_at=timezone.now(),
    )  # fmt: skip
    allocation = projects[1].allocations.get()
    LedgerEntry.objects.create(
        allocation=allocation, kind=EntryKind.LAPSE, gpu_minutes=-40 * 60, reason="The end."
    )


def approved(applicant: User, staff: User, *, track: str, hours: dict[str, int]) -> Project:
    draft = make_draft(applicant, track=track, hours=hours, title=f"Bells {track}")
    submitted = submit_application(application_id=draft.pk, actor=applicant)
    return make_project(submitted, staff)


def move(project: Project, organisation: Organisation) -> None:
    """The project and its application are another organisation's."""
    Project.objects.filter(pk=project.pk).update(organisation=organisation)
    Application.objects.filter(pk=project.application_id).update(organisation=organisation)


def use(project: Project, site: str, *, gpu_hours: int, users: int) -> None:
    """So many GPU-hours today, shared by so many users."""
    for number in range(users):
        DailyUsage.objects.create(
            project=project, site=Site.objects.get(code=site), username=f"u{number}",
            day=utc_today(), gpu_seconds=gpu_hours * HOUR // users, cpu_seconds=0, jobs=1,
        )  # fmt: skip


def utc_today() -> date:
    return datetime.now(UTC).date()
