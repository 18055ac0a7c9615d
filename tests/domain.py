"""Fixtures of the domain: seeded sites and tracks, and people of each role."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import Organisation, User
from accounts.permissions import Role
from allocations.actions.award_plans import AwardLine
from allocations.actions.decisions import approve_application
from allocations.actions.drafts import DraftText, save_draft, start_application, submit_application
from allocations.actions.offers import accept_offer
from allocations.models import (
    Application,
    DeclarationText,
    Project,
    SectionAnswers,
    SignedDeclaration,
    Site,
    Track,
    TrackVersion,
)
from allocations.rules.form.fields import Field, Kind
from allocations.rules.form.sections import asked_fields, pages
from tests.people import make_organisation, make_person
from tests.story import Story, settings_now
from tests.written_once import Rows, copy_rows, rows_written_by

A_RUN = {
    "label": "Training",
    "gpus": 8,
    "hours": 50,
    "repetitions": 3,
    "parameters": 1000,
    "tokens": 20_000,
}
ABSTRACT = "We train a small model that hears when a bell is about to crack, and publish it."


@pytest.fixture(scope="session")
def rows_of_a_new_portal(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Rows:
    """What `manage.py seed` writes, which takes longer than most tests."""
    with django_db_blocker.unblock():
        return rows_written_by(_seed)


def _seed() -> None:
    call_command("seed", verbosity=0)
    open_to_every_kind()
    ask_for_reviews(0)


@pytest.fixture(scope="session")
def usual_settings() -> dict[str, Any]:
    """The settings before any test changes them."""
    return settings_now()


@pytest.fixture(autouse=True)
def story(usual_settings: dict[str, Any]) -> Iterator[Story]:
    """What the test begins with; it hears of everything that is written."""
    story = Story(usual_settings)
    with connection.execute_wrapper(story.note):
        yield story


@pytest.fixture
def seeded(rows_of_a_new_portal: Rows, story: Story, db: None) -> None:
    """The two sites and six tracks of a new portal, where every kind may apply, unreviewed."""
    story.begin("portal", lambda: copy_rows(rows_of_a_new_portal))


def open_to_every_kind() -> None:
    """Let every kind of organisation apply on every track."""
    with pgtrigger.ignore("allocations.TrackVersion:published_is_frozen"):
        TrackVersion.objects.update(organisation_kinds=list(Organisation.Kind))


def ask_for_reviews(number: int, **changes: Any) -> None:
    """Let every track ask for as many independent reviews, and for no check by staff."""
    steps = {"has_admin_check": False, "has_technical_review": False}
    with pgtrigger.ignore("allocations.TrackVersion:published_is_frozen"):
        TrackVersion.objects.update(peer_reviewers=number, **(steps | changes))


@pytest.fixture
def applicant(seeded: None, story: Story) -> User:
    """Somebody who applies."""
    return _person(story, "Ada", Role.APPLICANT)


@pytest.fixture
def staff(seeded: None, story: Story) -> User:
    """Somebody who decides."""
    return _person(story, "Staf", Role.STAFF)


@pytest.fixture
def administrator(seeded: None, story: Story) -> User:
    """Somebody who gives roles."""
    return _person(story, "Admin", Role.ADMINISTRATOR)


@pytest.fixture
def draft(applicant: User, story: Story) -> Application:
    """A complete draft on the research track, for both sites."""
    key = story.tell("draft", lambda: make_draft(applicant).pk)
    return Application.objects.get(pk=key)


@pytest.fixture
def submitted(draft: Application, applicant: User, story: Story) -> Application:
    """The same, handed in."""
    key = story.tell(
        "submitted", lambda: submit_application(application_id=draft.pk, actor=applicant).pk
    )
    return Application.objects.get(pk=key)


@pytest.fixture
def project(submitted: Application, staff: User, story: Story) -> Project:
    """The same, approved in full."""
    key = story.tell("project", lambda: make_project(submitted, staff).pk)
    return Project.objects.get(pk=key)


def _person(story: Story, first_name: str, role: Role) -> User:
    key = story.tell(first_name, lambda: make_person(first_name, role=role).pk)
    return User.objects.get(pk=key)


def make_draft(
    applicant: User, *, track: str = "rs", hours: dict[str, int] | None = None, title: str = "Bells"
) -> Application:
    """A complete draft."""
    organisation = make_organisation(applicant)
    application = start_application(track=Track.objects.get(code=track), actor=applicant)
    wanted = hours or {"zellik": 1000, "charleroi": 500}
    fill_sections(application)
    saved = save_draft(
        application_id=application.pk,
        version=application.version,
        text=DraftText(
            title=title,
            abstract=ABSTRACT,
            purpose="Training of an audio model.",
            months=application.rules().lengths_in_months[0],
            organisation=organisation,
            hours_by_site={Site.objects.get(code=code): count for code, count in wanted.items()},
        ),
        actor=applicant,
    )
    SignedDeclaration.objects.bulk_create(
        SignedDeclaration(application=saved, text=text, signed_by=applicant)
        for text in DeclarationText.objects.asked_of(saved, timezone.localdate())
    )
    return saved


def fill_sections(application: Application) -> None:
    """Answer each question of the long form that the application's track asks."""
    rules = application.rules()
    SectionAnswers.objects.bulk_create(
        SectionAnswers(
            application=application,
            section=section,
            version=1,
            answers={
                field.name: an_answer(field)
                for field in asked_fields(section, rules.optional_questions)
            },
            saved_by=application.applicant,
        )
        for section in pages(rules.sections, rules.optional_questions)
    )


def an_answer(field: Field) -> Any:
    """Something that may be answered to a question."""
    if field.kind == Kind.RUNS:
        return [A_RUN]
    if field.kind == Kind.CHOICE:
        return field.choices[0][0] if field.choices else ""
    if field.kind == Kind.NUMBER:
        return field.least
    if field.kind in (Kind.DATE, Kind.COMING_DATE):
        return (timezone.localdate() + timedelta(days=2000)).isoformat()
    return True if field.kind == Kind.CONFIRM else f"Of bells: {field.name}"


def award_lines(application: Application) -> dict[Site, AwardLine]:
    """What was asked for, with every partition of each site."""
    return {
        line.site: AwardLine(gpu_hours=line.gpu_hours, partitions=list(line.site.partitions.all()))
        for line in application.requested_hours.select_related("site")
    }


def make_project(application: Application, decider: User, *, is_accepted: bool = True) -> Project:
    """Approve in full; the applicant accepts, unless the offer is to stay open."""
    project = approve_application(
        application_id=application.pk,
        awards=award_lines(application),
        reason="Sound and useful.",
        actor=decider,
    )
    return accept(project.application) if is_accepted else project


def accept(application: Application) -> Project:
    """The applicant accepts what they are offered."""
    application.refresh_from_db()
    texts = DeclarationText.objects.of_award(application.decision, timezone.localdate())
    return accept_offer(
        application_id=application.pk,
        text_ids=[text.pk for text in texts],
        actor=application.applicant,
    )
