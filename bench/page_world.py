"""Applications of all kinds beside the projects: a child of `bench.pages`.

Of each state there are as many as a busy portal has; one application of each kind that pages show
in full is made with the portal's own actions, in a small portal and in a large one alike.
"""

import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Organisation, User  # noqa: E402
from accounts.permissions import Role  # noqa: E402
from allocations.actions.drafts import submit_application  # noqa: E402
from allocations.actions.reviewers import assign_reviewers  # noqa: E402
from allocations.models import (  # noqa: E402
    Application,
    RequestedHours,
    Site,
    Track,
    TrackVersion,
    Transition,
)
from allocations.states import ApplicationState  # noqa: E402
from bench.report_sites import say_status  # noqa: E402
from bench.report_world import make_projects, staff_member  # noqa: E402
from tests.domain import make_draft, open_to_every_kind  # noqa: E402

APPLICATIONS_OF_PROJECTS = 0.4
"""The share of the applications that became projects."""
SHARES = {
    ApplicationState.DRAFT: 0.3,
    ApplicationState.SUBMITTED: 0.3,
    ApplicationState.INFO_REQUESTED: 0.05,
    ApplicationState.WAITLISTED: 0.05,
    ApplicationState.REJECTED: 0.2,
    ApplicationState.WITHDRAWN: 0.1,
}
PROJECTS_AN_ORGANISATION = 5
REVIEWS_OF_THE_REVIEWER = 5
_AT_ONCE = 500


def main() -> None:
    """Make an empty portal, or fill one with so many applications."""
    if len(sys.argv) == 1:
        call_command("migrate", verbosity=0)
        call_command("seed", verbosity=0)
        open_to_every_kind()
        return
    applications = int(sys.argv[1])
    projects = round(applications * APPLICATIONS_OF_PROJECTS)
    make_projects(projects, organisations=max(projects // PROJECTS_AN_ORGANISATION, 1))
    for state, share in SHARES.items():
        _some_applications(state, round((applications - projects) * share))
    _whole_applications()
    for site in Site.objects.all():
        say_status(site)


def _some_applications(state: ApplicationState, count: int) -> None:
    """Applications of one state, of people and organisations that are there."""
    people = list(User.objects.filter(role=Role.APPLICANT).order_by("pk")[1 : count + 1])
    owners, tracks = list(Organisation.objects.all()), list(Track.objects.all())
    rules = {version.track_id: version for version in TrackVersion.objects.all()}
    sites, now = list(Site.objects.all()), timezone.now()
    is_draft = state == ApplicationState.DRAFT
    for first in range(0, count, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, count))
        with transaction.atomic():
            made = Application.objects.bulk_create(
                Application(
                    reference=f"{state.value[:6]}-{number}",
                    track=tracks[number % len(tracks)],
                    track_version=None if is_draft else rules[tracks[number % len(tracks)].pk],
                    applicant=people[number % len(people)],
                    organisation=owners[number % len(owners)],
                    title=f"Application {number}",
                    abstract="We train a model. " * 20,
                    state=state,
                    submitted_at=None if is_draft else now - timedelta(days=number % 60),
                    decision_due_on=None if is_draft else now.date() + timedelta(number % 20),
                )
                for number in numbers
            )
            RequestedHours.objects.bulk_create(
                RequestedHours(application=application, site=sites[0], gpu_hours=5_000)
                for application in made
            )
            Transition.objects.bulk_create(
                Transition(application=application, state=state, at=now) for application in made
            )


def _whole_applications() -> None:
    """One person's draft and handed-in application, the latter and some more under review."""
    ada = _person("ada", Role.APPLICANT)
    reviewer = _person("reviewer", Role.REVIEWER)
    make_draft(ada, track="pa")
    staff = staff_member()
    for number in range(REVIEWS_OF_THE_REVIEWER):
        applicant = ada if number == 0 else _person(f"applicant{number}", Role.APPLICANT)
        draft = make_draft(applicant, track="rs", title=f"Bells {number}")
        submitted = submit_application(application_id=draft.pk, actor=applicant)
        assign_reviewers(application_id=submitted.pk, reviewers=[reviewer], actor=staff)


def email_of(name: str) -> str:
    """Everybody has a house of their own: people of one house do not review each other."""
    return f"{name}@{name}.example"


def _person(name: str, role: Role) -> User:
    return User.objects.create_user(
        email=email_of(name), first_name=name.title(), last_name="Bench", role=role
    )


if __name__ == "__main__":
    main()
